"""The words that the annotation screen's JavaScript shows. {names} in braces are filled in by the page.

A key that ends in _one or _other is the plural form for a count; the browser picks it by the page's language.
"""

from django.utils.translation import gettext as _
from django.utils.translation import pgettext


def desk_strings() -> dict[str, str]:
    return {**_states(), **_progress(), **_spans(), **_model(), **_roles()}


def _states() -> dict[str, str]:
    return {
        "saved": _("Saved"),
        "saving": _("Saving…"),
        "draft_saved": _("Draft saved"),
        "offline": _("No connection. What you do is kept and sent later."),
        "offline_waiting_one": _("Offline, {count} waiting"),
        "offline_waiting_other": _("Offline, {count} waiting"),
        "signed_out_one": _("You are signed out. {count} answer is kept here."),
        "signed_out_other": _("You are signed out. {count} answers are kept here."),
        "refused": _("The site did not take this answer: {problem}"),
    }


def _progress() -> dict[str, str]:
    return {
        "minutes_left_one": _("about {count} min left"),
        "minutes_left_other": _("about {count} min left"),
        "sent_undo": _("Accepted. U takes it back"),
        "skipped_undo": _("Skipped. U takes it back"),
        "undone": _("Undone"),
        "reopened": _("Back at the last document"),
        "nothing_before": _("There is nothing to go back to"),
        "missing": _("“{name}” needs an answer first"),
    }


def _spans() -> dict[str, str]:
    return {
        "suggested": _("suggested"),
        "accepted": _("Accepted"),
        "removed": _("Removed"),
        "replaced": _("{span}. It replaced what it overlapped, U takes it back"),
        "select_first": _("Select words in the text first"),
        "part_edge": _("A span stays inside one part of the text"),
        "wrong_part": _("This label belongs in the part “{part}”"),
        "too_many_spans_one": _("At most {count} span is allowed here"),
        "too_many_spans_other": _("At most {count} spans are allowed here"),
        "by_word": _("Selecting by word"),
        "by_character": _("Selecting by character"),
        "accept_span": _("Accept {span}"),
        "remove_span": _("Remove {span}"),
    }


def _model() -> dict[str, str]:
    return {
        "live": _("Live"),
        "not_live": _("Not live"),
        "reconnecting": _("Connecting…"),
        "model": _("model v{version}"),
        "no_model": _("no model yet"),
        "uncertain": _("Uncertain: margin {margin}"),
        "updated": _("Model v{version} looked at this document again"),
        "ideas_one": _("v{version} has {count} other idea, press V to view"),
        "ideas_other": _("v{version} has {count} other ideas, press V to view"),
        "no_ideas": _("The model has no other ideas for this document"),
        "taught_one": _("v{version} is live: {count} of your corrections taught it something."),
        "taught_other": _("v{version} is live: {count} of your corrections taught it something."),
    }


def _roles() -> dict[str, str]:
    return {
        "role_customer": pgettext("part of a document", "Customer"),
        "role_agent": pgettext("part of a document", "Agent"),
        "role_log": pgettext("part of a document", "Work log"),
        "role_email": pgettext("part of a document", "E-mail"),
        "role_context": pgettext("part of a document", "Context"),
        "role_question": pgettext("part of a document", "Question"),
        "role_knowledge": pgettext("part of a document", "Knowledge"),
        "role_item": pgettext("part of a document", "Item"),
        "role_behavior": pgettext("part of a document", "Behavior"),
    }

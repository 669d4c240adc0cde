"""The words that the annotation screen's JavaScript shows. {names} in braces are filled in by the page.

A key that ends in _one or _other is the plural form for a count; the browser picks it by the page's language.
"""

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from annotation.queue.command_strings import command_strings
from annotation.queue.practice_strings import practice_strings
from annotation.queue.twin_strings import twin_strings
from annotation.queue.why_strings import why_strings


def desk_strings() -> dict[str, str]:
    groups = (
        _states,
        _kept,
        _progress,
        _spans,
        _model,
        _talk,
        _people,
        _roles,
        command_strings,
        practice_strings,
        twin_strings,
        why_strings,
    )
    return {key: words for group in groups for key, words in group().items()}


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
        "retrying_one": _("The site has trouble, {count} waiting"),
        "retrying_other": _("The site has trouble, {count} waiting"),
        "kept_one": _("Signed out, {count} kept here"),
        "kept_other": _("Signed out, {count} kept here"),
        "other_person_one": _(
            "Somebody else is signed in at this browser. "
            "{count} answer of yours is kept here and not sent in their name."
        ),
        "other_person_other": _(
            "Somebody else is signed in at this browser. "
            "{count} answers of yours are kept here and not sent in their name."
        ),
        "change_not_sent": _("Changed here, not sent yet"),
    }


def _kept() -> dict[str, str]:
    return {
        "command_kept": _("Answers kept here"),
        "kept_here_one": _("{count} answer is kept in this browser and needs you."),
        "kept_here_other": _("{count} answers are kept in this browser and need you."),
        "kept_conflict": _("Another tab or device saved another answer."),
        "kept_refused": _("The site did not take it: {problem}"),
        "kept_gone": _("The document is not there for you any more: it was deleted, or you left the project."),
        "kept_kept": _("Not submitted, and no longer lent to you."),
        "gone_kept": _("The document is not there for you any more. Your answer is kept here."),
        "discard_sure": _("Discard for good"),
        "changed_elsewhere": _("Another tab or device changed this document too. Both answers are kept."),
        "answered_elsewhere": _("Answered in another tab or on another device"),
        "no_longer_lent": _("This document went to somebody else; here is the next one"),
        "lease_gone": _("The time for this document is over. You can still submit your answer."),
        "spans_one": _("{count} span"),
        "spans_other": _("{count} spans"),
    }


def _progress() -> dict[str, str]:
    return {
        "minutes_left_one": _("about {count} min left"),
        "minutes_left_other": _("about {count} min left"),
        "sent_undo": _("Accepted. {key_undo} takes it back"),
        "skipped_undo": _("Skipped. {key_undo} takes it back"),
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
        "replaced": _("{span}. It replaced what it overlapped, {key_undo} takes it back"),
        "select_first": _("Select words in the text first"),
        "select_span_first": _("Select a span first"),
        "span_stops": _("The next span begins here"),
        "split_where": _("Put the cursor where the second span shall begin"),
        "merge_with_what": _("There is no other span with this label to join"),
        "add_which_label": _("Now choose the label to add"),
        "no_overlap_here": _("Spans of this kind can't lie over each other"),
        "handle_start": _("Start of {span}"),
        "handle_end": _("End of {span}"),
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
        "ideas_one": _("v{version} has {count} other idea, press {key_ideas} to view"),
        "ideas_other": _("v{version} has {count} other ideas, press {key_ideas} to view"),
        "by_fast_head": _("Fast head"),
        "by_label_words": _("From the words of the labels"),
        "by_starters": _("Starter, before there is gold"),
        "updated_fast": _("The fast head looked at this document again"),
        "ideas_fast_one": _("The fast head has {count} other idea, press {key_ideas} to view"),
        "ideas_fast_other": _("The fast head has {count} other ideas, press {key_ideas} to view"),
        "no_ideas": _("The model has no other ideas for this document"),
        "taught_one": _("v{version} is live: {count} of your corrections taught it something."),
        "taught_other": _("v{version} is live: {count} of your corrections taught it something."),
    }


def _talk() -> dict[str, str]:
    return {
        "you": _("You"),
        "comment_waiting": _("kept here, not sent yet"),
        "comment_new": _("{name} commented on this document"),
        "comment_refused": _("The site did not take this comment: {problem}"),
        "flagged": _("Flagged"),
        "flagged_by": _("Flagged: {name}"),
        "flagged_because": _("Flagged: {name}, “{reason}”"),
        "flag_kept": _("Flagged. {key_flag} takes it back"),
        "flag_sent": _("Flag saved"),
        "flag_taken_back": _("The flag is taken back"),
        "flag_refused": _("The site did not take this flag: {problem}"),
        "sent_back_by": _("Sent back by {name}:"),
        "sent_back_new": _("{name} sent a document back to you. It comes after those that wait here"),
        "guidelines_changed": _("The guidelines have changed. {key_guidelines} opens them"),
    }


def _people() -> dict[str, str]:
    return {
        "person_here": _("{name} is here"),
        "people_here_one": _("{name} and {count} other are here"),
        "people_here_other": _("{name} and {count} others are here"),
        "people_more_one": _("and {count} more"),
        "people_more_other": _("and {count} more"),
        "run_queued": _("training waits"),
        "run_training": _("training, {percent}%"),
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

"""The words that the script of the review page shows, beside those that it shares with the annotation screen."""

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from annotation.annotations.review_items import ReviewReason
from annotation.queue.desk_strings import desk_strings


def review_strings() -> dict[str, str]:
    reasons = {f"reason_{reason.value}": str(reason.label) for reason in ReviewReason}
    return {**desk_strings(), **reasons, **_commands(), **_differences(), **_said()}


def _commands() -> dict[str, str]:
    return {
        "command_decide": _("Accept as it stands, or as you changed it, and go on"),
        "command_send_back": _("Send back with a comment"),
        "command_undo_review": _("Undo: your last change, or your last decision"),
        "command_next_review": _("Next document, without deciding"),
        "command_previous_review": _("Previous document, without deciding"),
        "command_next_difference": _("Next difference"),
        "command_previous_difference": _("Previous difference"),
        "command_take_model": _("Take the model's whole answer"),
        "command_take_person": _("Take the person's whole answer"),
    }


def _differences() -> dict[str, str]:
    return {
        "accepted_tag": pgettext("difference", "same"),
        "relabeled_tag": pgettext("difference", "relabeled"),
        "moved_tag": pgettext("difference", "moved"),
        "added_tag": pgettext("difference", "added"),
        "removed_tag": pgettext("difference", "removed"),
        "changed_tag": pgettext("difference", "changed"),
        "differs_tag": pgettext("difference", "differs"),
        "edited": _("as you changed it"),
        "nothing": pgettext("an answer", "nothing"),
        "model_side": _("Model"),
        "model_side_version": _("Model v{version}"),
        "your_first": _("You, before you saw this"),
        "people": _("Answers of {names}"),
        "same_one": _("{count} value or span is the same everywhere"),
        "same_other": _("{count} values and spans are the same everywhere"),
        "all_same": _("No difference: everybody says the same"),
        "no_model": _("The model said nothing here."),
        "place_of_difference": _("Difference {place} of {total}"),
        "chip_added": _("+ {name}"),
        "chip_relabeled": _("{before} → {name}"),
        "chip_moved": _("↔ {name}"),
        "took": _("{set}: {value}"),
        "took_all": _("The whole answer of {side}"),
    }


def _said() -> dict[str, str]:
    return {
        "accept_button": _("Accept and next"),
        "correct_button": _("Correct and next"),
        "settle_button": _("Settle and next"),
        "compare_button": _("Answer and compare"),
        "was_accepted": _("Accepted. {key_undo_review} takes it back"),
        "was_corrected": _("Corrected. {key_undo_review} takes it back"),
        "was_settled": _("Settled. {key_undo_review} takes it back"),
        "was_sent_back": _("Sent back to {name}. {key_undo_review} takes it back"),
        "taken_back": _("Taken back: it waits for your decision again"),
        "not_taken_back": _("That can't be taken back: {problem}"),
        "not_decided": _("{name}: this decision was not kept. {problem}"),
        "waiting_to_save_one": _("{count} decision is not saved yet"),
        "waiting_to_save_other": _("{count} decisions are not saved yet"),
        "nothing_to_undo": _("There is nothing to take back"),
        "last_one": _("This is the last one that waits"),
        "first_one": _("This is the first one"),
        "waiting_one": _("{count} waiting"),
        "waiting_other": _("{count} waiting"),
        "many_waiting": _("more than {number} waiting"),
        "say_what": _("Say what should change"),
        "you_agree": _("You gave the same answer as {name}."),
        "you_differ": _("Your answer differs. Decide what stands."),
        "rounds_one": _("Sent back once"),
        "rounds_other": _("Sent back {count} times"),
        "rejected_item": _("Somebody else decided it, or the answer has changed meanwhile."),
    }

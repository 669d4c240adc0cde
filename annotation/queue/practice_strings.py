"""The words of practice and of feedback on hidden gold."""

from django.utils.translation import gettext as _


def practice_strings() -> dict[str, str]:
    return {**_rounds(), **_feedback(), **_late()}


def _rounds() -> dict[str, str]:
    return {
        "command_practice": _("Practice on documents with known answers"),
        "practice_begin": _("{done} of {of}, {mark} opens the queue"),
        "practice_so_far": _("{done} of {of}, {score} right, {mark} opens the queue"),
        "practice_first_one": _("First, {count} practice document"),
        "practice_first_other": _("First, {count} practice documents"),
        "practice_first_text": _(
            "Their answers are known. After each one you see what was right, and why. {mark} right opens the queue."
        ),
        "practice_start": _("Start"),
        "practice_go_on": _("Go on"),
        "practice_passed": _("Well done: {score} right"),
        "practice_passed_text": _("The queue is open. From here on your answers count."),
        "practice_failed": _("{score} right this time"),
        "practice_failed_text": _(
            "{mark} opens the queue. The next round brings other documents first; take your time."
        ),
        "practice_another": _("Another round"),
        "practice_to_queue": _("To the queue"),
        "practice_no_skip": _("A practice document can't be skipped. Give your best answer, and see."),
        "practice_not_sent": _("The site could not be reached. Your answer is still here: try again."),
        "practice_none": _("There is nothing to practice on yet"),
    }


def _feedback() -> dict[str, str]:
    return {
        "feedback_all_right": _("All right"),
        "feedback_partly": _("{score} right"),
        "feedback_none": _("Not right yet"),
        "feedback_relabeled": _("another label"),
        "feedback_moved": _("another place"),
        "feedback_added": _("missed"),
        "feedback_removed": _("not expected"),
        "feedback_yours": _("Yours"),
        "feedback_expected": _("Expected"),
        "feedback_said_one": _("{summary}. {count} difference"),
        "feedback_said_other": _("{summary}. {count} differences"),
    }


def _late() -> dict[str, str]:
    return {
        "command_feedback": _("Feedback on an earlier document"),
        "late_right": _("The answer of “{title}” was known. Yours was all right."),
        "late_differs_one": _("The answer of “{title}” was known. There is {count} difference to learn from."),
        "late_differs_other": _("The answer of “{title}” was known. There are {count} differences to learn from."),
    }

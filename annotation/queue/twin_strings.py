"""The words for near-duplicates on the desk."""

from django.utils.translation import gettext as _


def twin_strings() -> dict[str, str]:
    return {
        "twins_one": _("{count} more like this"),
        "twins_other": _("{count} more like this"),
        "twin_equal": _("the same text"),
        "twin_near": _("{percent}% alike"),
        "together_one": _("{count} more got this answer. {key_undo} takes all back"),
        "together_other": _("{count} more got this answer. {key_undo} takes all back"),
        "together_drafts_one": _("{count} is kept as a draft: some marked words do not stand there"),
        "together_drafts_other": _("{count} are kept as drafts: some marked words do not stand there"),
        "together_refused_one": _("{count} was left alone: somebody else has it, or it is answered"),
        "together_refused_other": _("{count} were left alone: somebody else has them, or they are answered"),
        "together_failed": _("The near-duplicates were not labeled: {problem}"),
        "together_undone_one": _("This one and {count} more are taken back"),
        "together_undone_other": _("This one and {count} more are taken back"),
    }

"""The words of explanations on the annotation screen."""

from django.utils.translation import gettext as _


def why_strings() -> dict[str, str]:
    return {
        "command_why": _("Why the model answers so"),
        "why_on": _("Words that drove the model's answer are marked"),
        "why_off": _("Explanations are off"),
        "why_because": _("{set}: {label}, because of"),
        "why_asking": _("Asking the model…"),
        "why_nothing": _("The model chose no label here, so there is nothing to explain."),
        "why_blind": _("This document comes without suggestions, so there is nothing to explain."),
        "why_no_prediction": _("The model has not answered this document yet."),
        "why_imported_prediction": _("This answer was imported. The site does not know how it came about."),
        "why_checkpoint_gone": _("The version that answered is no longer on disk, so it can't be asked."),
        "why_no_worker": _("No worker answered in time. Press {key_why} twice to ask again."),
        "why_explanations_hidden": _("The manager of this project hides explanations."),
        "why_no_answer": _("The site could not be asked just now. Press {key_why} twice to ask again."),
    }

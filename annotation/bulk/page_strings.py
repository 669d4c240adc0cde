"""The words that the script of bulk mode shows. A key that ends in _one or _other is the plural form for a count."""

from django.utils.translation import gettext as _


def page_strings() -> dict[str, str]:
    return {
        "no_label": _("No suggestion"),
        "draft": _("Draft"),
        "cut": _("{count} characters in all"),
        "confidence": _("confidence {percent}%"),
        "similarity": _("{percent}% alike"),
        "selected_none": _("Nothing selected"),
        "selected_one": _("{count} selected"),
        "selected_other": _("{count} selected"),
        "select_first": _("Select documents first: click, or Space"),
        "choose_first": _("Choose at least one label first"),
        "pick_one": _("Select the one document that the others should be like"),
        "labeling": _("Labeling {done} of {total}…"),
        "labeled_one": _("{count} labeled as {label}. U takes it back"),
        "labeled_other": _("{count} labeled as {label}. U takes it back"),
        "drafts_one": _("{count} kept as a draft: it still needs other answers on the desk"),
        "drafts_other": _("{count} kept as drafts: they still need other answers on the desk"),
        "refused_one": _("{count} was not labeled, see there"),
        "refused_other": _("{count} were not labeled, see there"),
        "undone_one": _("{count} taken back"),
        "undone_other": _("{count} taken back"),
        "kept_newer_one": _("{count} stays: something newer was saved there"),
        "kept_newer_other": _("{count} stay: something newer was saved there"),
        "nothing_to_undo": _("There is nothing to take back"),
        "looked_at": _("The next {count} documents of the queue"),
        "similar_to": _("Most like {name}"),
        "embedding": _("Comparing texts: {done} of {total}"),
        "none_similar": _("No open document is like this one"),
        "failed": _("That did not work: {problem}"),
        "offline": _("No connection. Nothing was labeled; try again."),
        "label_as": _("Label as {label}"),
    }

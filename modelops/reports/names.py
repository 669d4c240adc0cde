"""The reports by name, in the order of their tabs."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

TITLES: dict[str, Promise] = {
    "overview": _("Quality"),
    "work": _("Work and pace"),
    "agreement": _("Agreement"),
    "people": _("People"),
    "corrections": _("Corrections"),
    "model": _("Model"),
    "topics": _("Topics"),
    "drift": _("Drift"),
}
NAMES = tuple(TITLES)
PERSON = "person"

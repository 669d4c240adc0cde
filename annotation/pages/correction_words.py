"""Kinds of corrections as people read them."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from annotation.answers.diff import CorrectionKind

KIND_WORDS: dict[CorrectionKind, Promise] = {
    "accepted": _("Accepted"),
    "relabeled": _("Relabeled"),
    "moved": _("Moved"),
    "added": _("Added"),
    "removed": _("Removed"),
}

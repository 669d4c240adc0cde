"""What may be the name of a label or of a label set, and when two names look the same to a person. Pure."""

import unicodedata
from dataclasses import dataclass

from django.utils.translation import gettext as _

MAX_NAME_CHARS = 100
# Control, format (zero width, bidi), surrogate, line and paragraph separators: invisible or misleading.
_FORBIDDEN = {"Cc", "Cf", "Cs", "Zl", "Zp"}
_TWINS = str.maketrans(
    # Cyrillic, then Greek; after case folding. A small part of Unicode's confusables (UTS #39).
    "авекмнорстухіјѕԁһԛԝԍ" + "αβενορτυχικ",
    "abekmhopctyxijsdhqwg" + "abevoptuxik",
)


@dataclass(frozen=True, slots=True)
class NameProblem:
    code: str
    message: str


def skeleton(name: str) -> str:
    """Equal for names that look alike."""
    folded = unicodedata.normalize("NFKC", name).casefold()
    return " ".join(unicodedata.normalize("NFKC", folded.translate(_TWINS)).split())


def name_problem(name: object) -> NameProblem | None:
    """Why this can't be a name, or None."""
    if not isinstance(name, str) or not name.strip():
        return NameProblem("bad_label", _("A name is a text that is not empty."))
    if "\0" in name:
        return NameProblem("nul_char", _("A name may not hold a NUL character."))
    if len(name) > MAX_NAME_CHARS:
        return NameProblem("bad_label", _("A name has at most %(limit)d characters.") % {"limit": MAX_NAME_CHARS})
    if name != name.strip() or any(unicodedata.category(char) in _FORBIDDEN for char in name):
        return NameProblem("bad_label", _("A name may not hold invisible characters or spaces at its ends."))
    return None


def clash(name: str, earlier: dict[str, str]) -> NameProblem | None:
    """Whether this name repeats or resembles an earlier one; `earlier` maps skeleton -> name and takes this one in."""
    shape = skeleton(name)
    twin = earlier.get(shape)
    if twin is None:
        earlier[shape] = name
        return None
    if twin == name:
        return NameProblem("duplicate_label", _("“%(name)s” stands here twice.") % {"name": name})
    message = _("“%(name)s” looks like “%(twin)s”: people could not tell them apart.")
    return NameProblem("label_confusable", message % {"name": name, "twin": twin})

"""What may be the name of a label, and whether a given value is one of a label set's labels."""

import unicodedata
from collections.abc import Collection

from django.utils.translation import gettext as _

from annotation.answers.problems import Problem

MAX_LABEL_CHARS = 100
# Control, format (zero width, bidi), surrogate, private use, line and paragraph separators: invisible or misleading.
_FORBIDDEN = {"Cc", "Cf", "Cs", "Zl", "Zp"}


def name_problem(name: object, where: str) -> Problem | None:
    """Why this can't be a label's name, or None."""
    if not isinstance(name, str) or not name.strip():
        return Problem(where, "bad_label", _("A label is a text that is not empty."))
    if "\0" in name:
        return Problem(where, "nul_char", _("A label may not hold a NUL character."))
    if len(name) > MAX_LABEL_CHARS:
        message = _("A label has at most %(limit)d characters, this one %(count)d.")
        return Problem(where, "bad_label", message % {"limit": MAX_LABEL_CHARS, "count": len(name)})
    if name != name.strip() or any(unicodedata.category(char) in _FORBIDDEN for char in name):
        return Problem(where, "bad_label", _("A label may not hold invisible characters or spaces at its ends."))
    return None


def label_problem(value: object, where: str, labels: Collection[str]) -> Problem | None:
    """Why this value is not one of `labels`, or None."""
    if isinstance(value, str) and value in labels:
        return None
    problem = name_problem(value, where)
    if problem:
        return problem
    message = _("“%(label)s” is not a label of “%(name)s”.")
    return Problem(where, "unknown_label", message % {"label": str(value)[:60], "name": where})

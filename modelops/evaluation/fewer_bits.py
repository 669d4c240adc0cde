"""May a version answer in int8? Its answers so are held against its own in full precision, as the gate does. Pure.

{"verdict": "not_worse" | "worse" | "unknown", "documents", "changed", "label_sets", "reasons"}
"""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from modelops.evaluation.compare import Gate, compare

Answers = Sequence[Mapping[str, Any]]  # Any: JSON
Told = dict[str, Any]  # Any: JSON
# Only speed is won, so chance is given no more room with few documents than with many.
STRICT = Gate(margin_by_size=0.0)


def judge_int8(kinds: Mapping[str, str], gold: Answers, fewer: Answers, full: Answers) -> Told:
    """For the same documents in the same order. A label set that can't be compared leaves the whole unknown."""
    found = compare(kinds, gold, fewer, full, STRICT)
    changed = sum(one != other for one, other in zip(fewer, full, strict=True))
    return found | {"verdict": _verdict(found, kinds), "changed": changed}


def _verdict(found: Told, kinds: Mapping[str, str]) -> str:
    if found["verdict"] == "worse":
        return "worse"
    return "not_worse" if kinds and found["label_sets"].keys() == kinds.keys() else "unknown"


def int8_words(found: Told) -> str:
    figures = {"count": found["documents"], "changed": found["changed"]}
    if found["verdict"] == "worse":
        return _("It answers in full precision only: in int8 it was worse on its own test documents.")
    if found["verdict"] == "unknown":
        return _("It answers in full precision only: too few test documents to judge its answers in int8.")
    return (
        ngettext(
            "It may answer in int8 where that is faster: no worse on %(count)d test document, "
            "answers changed: %(changed)d.",
            "It may answer in int8 where that is faster: no worse on %(count)d test documents, "
            "answers changed: %(changed)d.",
            figures["count"],
        )
        % figures
    )

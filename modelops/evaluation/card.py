"""The model card of a version: what it learned from, how good it is where, what it is not good at, what it is for.

After "Model Cards for Model Reporting" (Mitchell et al. 2019, arXiv 1810.03993). `card_words.py` says it in words.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from modelops.evaluation.models import Evaluation
from modelops.registry.models import ModelVersion

Card = dict[str, Any]  # Any: JSON
# What `options.py` tells of a run.
OPTIONS = ("privacy", "ensemble", "pieces", "int8")
# A label with less gold is hardly learned; a label that is found less often is not to be relied on.
FEW_GOLD = 20
WEAK_RECALL = 0.6
# Figures on fewer test documents are rough.
FEW_TESTED = 100
# From this share on the gold is one person's view.
ONE_VIEW = 0.8


def card_of(version: ModelVersion) -> Card:
    """Reads the version's project, run and evaluation: have them selected with it."""
    kept: Evaluation | None = getattr(version, "evaluation", None)
    run = getattr(version, "run", None)
    learned = dict(kept.learned) if kept else {"documents": version.documents}
    sets = kept.report.get("label_sets", {}) if kept else version.metrics.get("label_sets", {})
    return {
        "project": version.project.name,
        "version": version.number,
        "stage": version.stage,
        "created_at": version.created_at.isoformat(),
        "promoted_at": version.promoted_at.isoformat() if version.promoted_at else None,
        "sha256": version.sha256,
        "encoder": version.encoder,
        "arguments": version.arguments,
        "snapshot": run.snapshot if run else None,
        "learned_from": learned,
        "label_sets": sets,
        "options": {name: version.metrics[name] for name in OPTIONS if name in version.metrics},
        "comparison": version.comparison,
        "limits": list(limits_of(learned, sets)),
    }


def limits_of(learned: Mapping[str, Any], sets: Mapping[str, Any]) -> Iterator[dict[str, Any]]:  # Any: JSON
    """What its own figures warn of: a code with what it is about."""
    if not sets:
        yield {"code": "not_tested"}
    if learned.get("people") and learned["people"][0] > ONE_VIEW * learned["documents"]:
        yield {"code": "one_person", "documents": learned["people"][0], "of": learned["documents"]}
    if len(learned.get("languages", {})) == 1:
        yield {"code": "one_language", "language": next(iter(learned["languages"]))}
    for name, counts in learned.get("labels", {}).items():
        few = {label: count for label, count in counts.items() if label and count < FEW_GOLD}
        if few:
            yield {"code": "few_gold", "label_set": name, "labels": few}
    for name, row in sets.items():
        yield from _tested_limits(name, row)


def _tested_limits(name: str, row: Mapping[str, Any]) -> Iterator[dict[str, Any]]:  # Any: JSON
    if row["documents"] < FEW_TESTED:
        yield {"code": "few_tested", "label_set": name, "documents": row["documents"]}
    weak = {
        label: found["recall"]
        for label, found in row["labels"].items()
        if found["support"] >= FEW_GOLD and found["recall"] < WEAK_RECALL
    }
    if weak:
        yield {"code": "weak_labels", "label_set": name, "labels": weak}
    for one in row.get("slices", ()):
        if one.get("is_worse"):
            yield {"code": "worse_slice", "label_set": name, **{key: one[key] for key in ("by", "value", "figure")}}

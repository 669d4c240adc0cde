"""A version's and a run's figures in plain words, for pages."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from annotation.projects.models import LabelSet
from modelops.evaluation.metrics import main_figure

STAGES: dict[str, Promise] = {
    "data": gettext_lazy("Reading the gold"),
    "training": gettext_lazy("Training"),
    "evaluating": gettext_lazy("Evaluating on the test documents"),
}


@dataclass(frozen=True, slots=True)
class LabelRow:
    label: str
    precision: float
    recall: float
    f1: float
    support: int


@dataclass(frozen=True, slots=True)
class LabelSetFigures:
    """Shares are percentages. `words` is one sentence."""

    name: str
    words: str
    main: float | None
    macro_f1: float | None
    documents: int
    labels: list[LabelRow]


def titles_of(project_id: int) -> dict[str, str]:
    """What people read for each label set's name, in their language."""
    return {label_set.name: label_set.title for label_set in LabelSet.objects.filter(project_id=project_id)}


def label_sets_of(metrics: Mapping[str, Any], titles: Mapping[str, str]) -> list[LabelSetFigures]:  # Any: JSON
    return [_label_set(titles.get(name, name), row) for name, row in metrics.get("label_sets", {}).items()]


def _label_set(name: str, row: Mapping[str, Any]) -> LabelSetFigures:  # Any: JSON
    value = row.get(main_figure(row["kind"]))
    labels = [
        LabelRow(label, _percent(it["precision"]), _percent(it["recall"]), _percent(it["f1"]), it["support"])
        for label, it in sorted(row["labels"].items(), key=lambda pair: -pair[1]["support"])
    ]
    macro = row.get("macro_f1")
    return LabelSetFigures(
        name=name,
        words=_words(name, row["kind"], value, row["documents"]),
        main=None if value is None else _percent(value),
        macro_f1=None if macro is None else _percent(macro),
        documents=row["documents"],
        labels=labels,
    )


def _percent(share: float) -> float:
    return round(100 * share, 1)


def _words(name: str, kind: str, value: float | None, documents: int) -> str:
    if value is None:
        return _("%(name)s: nothing to find in the test documents.") % {"name": name}
    figures = {"name": name, "percent": _percent(value), "count": documents}
    if kind == "choice":
        sentence = ngettext(
            "%(name)s: right in %(percent).1f %% of %(count)d test document.",
            "%(name)s: right in %(percent).1f %% of %(count)d test documents.",
            documents,
        )
    else:
        sentence = ngettext(
            "%(name)s: F1 %(percent).1f %% on %(count)d test document.",
            "%(name)s: F1 %(percent).1f %% on %(count)d test documents.",
            documents,
        )
    return sentence % figures


def stage_words(stage: str) -> str:
    return str(STAGES.get(stage, ""))


def arguments_of(arguments: Mapping[str, Any]) -> list[tuple[str, str]]:  # Any: JSON
    """Every knob with its value as text; what the site chooses by itself says so."""
    return [(name, _value(value)) for name, value in sorted(arguments.items())]


def _value(value: object) -> str:
    if value is None:
        return _("chosen by the site")
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return ", ".join(str(item) for item in value) if isinstance(value, list) else str(value)

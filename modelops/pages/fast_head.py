"""How a project's fast head stands, in words."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from annotation.projects.models import FastHeadUse, Project
from modelops.fast_head.models import FastHead

METHODS = {
    "none": gettext_lazy("says nothing yet"),
    "names": gettext_lazy("from the words of the labels"),
    "centroids": gettext_lazy("centers of the labels"),
    "logistic": gettext_lazy("logistic regression"),
    "starters": gettext_lazy("starters"),
    "mixed": gettext_lazy("logistic regression, starters for labels with little gold"),
}


@dataclass(frozen=True, slots=True)
class SetState:
    title: str
    method: str
    gold: int
    comparison: str


@dataclass(frozen=True, slots=True)
class FastHeadState:
    """`refitted_at` is None before the first refit; `error` is that of the last one, where it failed."""

    is_on: bool
    refitted_at: datetime | None
    gold: int
    milliseconds: int
    error: str
    sets: list[SetState]


def fast_head_state(project: Project, titles: dict[str, str]) -> FastHeadState:
    row = FastHead.objects.filter(project=project).first() or FastHead(project=project)
    figures = row.figures.get("label_sets", {})
    sets = [
        SetState(
            titles.get(name, name),
            str(METHODS.get(own.get("method", "none"), "")),
            own.get("gold", 0),
            _comparison_words(own.get("comparison", {})),
        )
        for name, own in figures.items()
    ]
    is_on = project.fast_head == FastHeadUse.ON
    return FastHeadState(is_on, row.refitted_at, row.gold, round(1000 * row.seconds), row.error, sets)


def _comparison_words(found: dict[str, float]) -> str:
    if not found:
        return _("nothing to compare with yet")
    figures = {"own": 100 * found["own"], "rival": 100 * found["rival"], "count": found["documents"]}
    if found.get("is_ahead"):
        return _("answers here: %(own).1f %% against %(rival).1f %% on %(count)d test documents") % figures
    return _("leaves this to the version: %(own).1f %% against %(rival).1f %% on %(count)d test documents") % figures

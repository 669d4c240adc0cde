"""Measure a project's learning curves: the fast head learns from growing parts of the gold. No encoder is loaded."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from django.utils import timezone
from django.utils.translation import gettext as _

from annotation.answers.answer import JsonAnswer
from annotation.projects.models import Project
from modelops.engine.examples import HeadSpec
from modelops.engine.fast_head import Floats, Frame, TextHeads
from modelops.evaluation.metrics import counts, is_answered
from modelops.evaluation.split import is_test
from modelops.fast_head import reading
from modelops.fast_head.models import FastHead
from modelops.forecast.measuring import Ints, Learner, measure
from modelops.forecast.models import Forecast
from modelops.forecast.services import MEASURED_KINDS, send_after_commit
from modelops.live.models import EmbeddingWork
from modelops.live.similar import STORED
from modelops.training.dataset import LabelSetShape, known_values, shapes_of
from modelops.work.services import claim, is_mine, work_off

# The newest gold of each split; the curve of more looks the same and takes minutes.
MOST_TRAINED, MOST_TESTED = 5_000, 1_500
# Of the gold whose texts have a vector; below this the curve would be that of another project.
READY_SHARE = 0.9
STEPS = 6


class NotEmbedded(Exception):
    """Most texts have no vector yet; the work is tried again by and by."""


class Superseded(Exception):
    """Another worker or a new request has taken over."""


@dataclass(frozen=True, slots=True)
class Labeled:
    vector: Floats
    answer: JsonAnswer


def run(project_id: int) -> None:
    row = claim(Forecast.objects.filter(project=project_id).select_related("project"))
    if row is not None:
        work_off(row, _slice, send_after_commit)


def _slice(row: Forecast) -> bool:
    """True when nothing is left to do."""
    change, _count = reading.gold_state(row.project_id)
    shapes = [shape for shape in shapes_of(row.project_id) if shape.kind in MEASURED_KINDS]
    trained, tested = _read(row.project, change, shapes)
    head = FastHead.objects.filter(project=row.project_id).first()
    strengths = head.figures.get("label_sets", {}) if head else {}
    done = 0

    def check() -> None:
        if not is_mine(row, done=done):
            raise Superseded

    curves = {}
    try:
        for shape in shapes:
            own = [
                [one for one in split if is_answered(shape.kind, one.answer.get(shape.name))]
                for split in (trained, tested)
            ]
            teaching = _Teaching(shape, own[0], own[1], strengths.get(shape.name, {}).get("c"), check)
            found = measure(len(own[0]), len(own[1]), teaching.learner)
            if found is not None:
                curves[shape.name] = found.as_json()
            done += 1
    except Superseded:
        return True
    Forecast.objects.filter(pk=row.pk, attempt=row.attempt).update(
        change=change, curves=curves, total=len(trained) + len(tested), measured_at=timezone.now()
    )
    return True


def _read(project: Project, change: int, shapes: Sequence[LabelSetShape]) -> tuple[list[Labeled], list[Labeled]]:
    """Gold from people with its vectors, to train and to test, newest first. Raises NotEmbedded."""
    work = EmbeddingWork.objects.filter(project=project).first()
    rows = reading.changes_between(project.pk, 0, change, work.encoder if work else "")
    golds = [row for row in reversed(rows) if row.answer is not None and not row.is_own]
    splits: tuple[list[Labeled], list[Labeled]] = ([], [])
    for row in golds:
        if row.vector is not None:
            vector = np.frombuffer(row.vector, dtype=STORED).astype(np.float32)
            answer = known_values(row.answer or {}, shapes)
            splits[is_test(project.salt, row.text_key)].append(Labeled(vector, answer))
    if len(splits[0]) + len(splits[1]) < READY_SHARE * len(golds):
        raise NotEmbedded(_("The texts are being embedded; the forecast is made when most of them are."))
    return splits[0][:MOST_TRAINED], splits[1][:MOST_TESTED]


@dataclass(frozen=True, slots=True)
class _Teaching:
    """One label set's fast head, taught from nothing in one random order after the other."""

    shape: LabelSetShape
    trained: Sequence[Labeled]
    tested: Sequence[Labeled]
    c: float | None
    check: Callable[[], None]

    def learner(self, order: int) -> Learner:
        frame = Frame.of(np.stack([one.vector for one in self.trained[:1000]]))
        heads = TextHeads([HeadSpec(self.shape.name, self.shape.kind, self.shape.labels)], frame, {})  # type: ignore[arg-type]  # MEASURED_KINDS
        if self.c is not None:
            heads.heads[self.shape.name].c = self.c
        asked = frame.rows(np.stack([one.vector for one in self.tested]))
        gold = [one.answer[self.shape.name] for one in self.tested]
        learned = 0

        def learn(rows: Ints, size: int) -> Ints:
            nonlocal learned
            self.check()
            for row in rows[learned:size]:
                one = self.trained[int(row)]
                heads.learn(int(row), one.vector, one.answer)
            learned = size
            heads.refit(most_steps=STEPS)
            return counts(self.shape.kind, gold, [one.answer.get(self.shape.name) for one in heads.answer(asked)])

        return learn

"""How strongly the heads are held back, and whether they answer better than what people would see without them."""

from collections.abc import Mapping
from itertools import islice
from typing import Any

import numpy as np

from annotation.predictions.models import Prediction
from annotation.projects.models import Project
from modelops.fast_head import reading
from modelops.fast_head.comparing import Comparison, compare
from modelops.fast_head.memory import Json, Memory, learn, new_memory
from modelops.fast_head.services import keep_tuning
from modelops.fast_head.span_memory import Reader
from modelops.live.job import embedder_for
from modelops.live.models import EmbeddingWork
from modelops.starters.services import starters_of
from modelops.training.dataset import shapes_of

STEPS = 6
# Reading texts again is what tuning of spans costs; others wait for this worker meanwhile.
MOST_GOLD_READ, GOLD_SECONDS = 300, 8.0
MOST_TESTS_READ, TEST_SECONDS = 150, 4.0


def tune_project(project_id: int) -> bool:
    """False where there is nothing to tune yet."""
    project = Project.objects.get(pk=project_id)
    work = EmbeddingWork.objects.filter(project=project).first()
    memory = new_memory(project, work.encoder, shapes_of(project_id)) if work and work.encoder else None
    if memory is None:
        return False
    memory.tests = {}
    learn(project, memory, reading.gold_state(project_id)[0])
    base = project.production_version or 0
    rivals = reading.base_answers(memory.tests, base)
    if memory.spans.shapes:
        memory.spans.starters.chosen = starters_of(project_id)
        _read(memory, [pk for pk in memory.tests if pk in rivals], embedder_for(project.encoder))
    memory.refit(most_steps=STEPS)
    strengths = _strengths(memory)
    memory.refit(most_steps=STEPS)
    keep_tuning(project_id, base, strengths, _compared(memory, rivals))
    return True


def _read(memory: Memory, tests: list[int], reader: Reader) -> None:
    newest = islice(reversed(memory.spans.unread.items()), MOST_GOLD_READ)
    memory.spans.unread = dict(reversed(list(newest)))
    memory.spans.read([], [], reader, seconds=GOLD_SECONDS)
    memory.spans.unread.clear()
    memory.spans.read(tests[-MOST_TESTS_READ:], [], reader, seconds=TEST_SECONDS)


def _strengths(memory: Memory) -> dict[str, float]:
    """Chosen anew, and set; the heads have to be refitted from the start."""
    found = {name: memory.heads.choose_c(name) for name, method in memory.methods.items() if method == "logistic"}
    for name, span_head in memory.spans.heads.items():
        if span_head.can_answer:
            found[name] = span_head.choose_c()
            span_head.solution = None
    for name in found.keys() & memory.heads.heads.keys():
        memory.heads.heads[name].solution = None
    memory.set_strengths({name: {"c": c} for name, c in found.items()})
    return found


def _compared(memory: Memory, rivals: Mapping[int, Prediction]) -> dict[str, Comparison]:
    """Each label set's comparison on the test documents that somebody else has answered, too."""
    tests = memory.tests or {}
    ids = [pk for pk in tests if pk in rivals]
    if not ids:
        return {}
    rows = memory.heads.frame.rows(np.stack([tests[pk][1] for pk in ids]))
    own = dict(zip(ids, (one.answer for one in memory.heads.answer(rows)), strict=True))
    for pk in ids:
        own[pk].update(memory.spans.answer(pk)[0].answer)
    found: dict[str, Comparison] = {}
    for shape in memory.shapes:
        both = _answered_by_all(shape.name, {pk: tests[pk][0] for pk in ids}, own, rivals)
        if both:
            found[shape.name] = compare(shape.kind, *map(list, zip(*both, strict=True)))
    return found


def _answered_by_all(
    name: str, gold: Mapping[int, Json], own: Mapping[int, Json], rivals: Mapping[int, Prediction]
) -> list[tuple[Any, Any, Any]]:  # Any: JSON
    """Gold, the head's and the rival's value of each document that has all three."""
    return [
        (values[name], own[pk][name], rivals[pk].answer[name])
        for pk, values in gold.items()
        if name in values and name in own[pk] and name in rivals[pk].answer
    ]

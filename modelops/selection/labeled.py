"""What gold says to a function: where it lies, and under which label."""

from collections.abc import Callable, Sequence

import numpy as np

from annotation.annotations.models import Gold
from annotation.answers.answer import JsonAnswer
from annotation.projects.models import LabelSet, Project
from modelops.evaluation.split import is_test
from modelops.live.label_words import label_words
from modelops.selection.clusters import MOST_CLUSTERED
from modelops.selection.pool import Floats, LabelWords
from modelops.selection.vectors import vectors_of

# Embeddings of short texts by an encoder's name. Only a worker has one.
Embed = Callable[[str, tuple[str, ...]], Floats]
# With more labels their words take longer than a ranking may.
MOST_LABELS = 200


def labeled_of(project: Project, encoder: str, embed: Embed | None) -> tuple[Floats, tuple[LabelWords, ...]]:
    """Vectors of the newest documents with gold [labeled, hidden], and the choices with what gold says of each.

    Answers of test documents are not told: no order may lean on what a version is tested with.
    """
    gold = Gold.objects.filter(project=project).order_by("-changed_at", "document_id")
    rows = list(gold.values_list("document_id", "answer", "document__text_key")[:MOST_CLUSTERED])
    vectors = vectors_of([pk for pk, *_ in rows], encoder)
    if embed is None or not rows:
        return vectors, ()
    answers = [{} if is_test(project.salt, text_key) else answer for _, answer, text_key in rows]
    return vectors, tuple(_words_of(label_set, answers, project.encoder, embed) for label_set in _choices(project))


def _choices(project: Project) -> list[LabelSet]:
    found = LabelSet.objects.filter(project=project, kind="choice").prefetch_related("labels")
    return [choice for choice in found.order_by("position", "id") if 1 < len(choice.labels.all()) <= MOST_LABELS]


def _words_of(label_set: LabelSet, answers: Sequence[JsonAnswer], encoder: str, embed: Embed) -> LabelWords:
    labels = list(label_set.labels.all())
    places = {label.name: place for place, label in enumerate(labels)}
    given = [answer.get(label_set.name) for answer in answers]
    gold = [places.get(value, -1) if isinstance(value, str) else -1 for value in given]
    words = tuple(label_words(label.name, label.definition) for label in labels)
    return LabelWords(label_set.name, embed(encoder, words), np.array(gold, dtype=np.int64))

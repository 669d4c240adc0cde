"""A project whose texts have stored vectors, and gold to learn from."""

from typing import Any

import numpy as np

from annotation.documents.models import Document
from annotation.predictions.models import Prediction
from annotation.projects.models import Project
from modelops.live.models import EmbeddingWork
from modelops.live.services import store
from modelops.live.similar import to_bytes
from modelops.work.models import WorkState
from tests import make

KEY = "tiny@1"
LABELS = ("billing", "delivery")
SETS: list[dict[str, Any]] = [{"name": "Topic", "kind": "choice", "labels": LABELS}]  # Any: fields of a label set


def vector(label: str, seed: int) -> np.ndarray[Any, Any]:
    point = np.eye(8)[LABELS.index(label)] + 0.2 * np.random.default_rng(seed).normal(size=8) + 1.0
    small: np.ndarray[Any, Any] = point.astype(np.float32)
    return small


def a_project(count: int = 60, **settings: Any) -> Project:  # Any: fields of a project
    """Texts of two kinds in turn, embedded, without gold."""
    project = make.project(label_sets=SETS, encoder="tiny", **settings)
    vectors = {}
    for number in range(count):
        label = LABELS[number % 2]
        document = make.document(project, f"{label} {number}", priority=1 - number / 1000)
        vectors[document.text_sha256] = to_bytes(vector(label, number))
    store(vectors, KEY)
    EmbeddingWork.objects.create(project=project, encoder=KEY, done=count, total=count, state=WorkState.SUCCEEDED)
    return project


def truth(document: Document) -> str:
    return document.text.split()[0]


def teach(project: Project, count: int) -> list[Document]:
    """Gold for so many documents from the end of the queue."""
    chosen = list(project.documents.order_by("-pk")[:count])
    for document in chosen:
        make.gold(document, {"Topic": truth(document)})
    return chosen


def seen(project: Project) -> dict[int, Prediction]:
    ids = project.documents.filter(slots__gt=0).values_list("pk", flat=True)
    return Prediction.objects.current(ids, Project.objects.get(pk=project.pk).production_version)

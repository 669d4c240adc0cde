"""A project with a version in production, random gold that it never saw, and open documents that it is sure of."""

from dataclasses import dataclass, field
from typing import Any

import pytest

from annotation.annotations.models import Gold, Source
from annotation.documents.models import Document
from annotation.people.models import User
from annotation.projects.models import Project
from annotation.queue.models import Assignment, AssignmentState
from modelops.registry.models import ModelVersion
from modelops.registry.predictions import NewPrediction, store
from modelops.registry.services import NewVersion, promote, register
from modelops.selection.models import Draw
from tests import make

LABEL_SETS: list[dict[str, Any]] = [
    {"name": "Category", "kind": "choice", "labels": ["billing", "delivery", "other"]},
    {"name": "Entities", "kind": "span", "labels": ["ORG"], "required": False},
]
BILLING: dict[str, Any] = {"Category": "billing", "Entities": []}
DELIVERY: dict[str, Any] = {"Category": "delivery", "Entities": []}


@dataclass
class World:
    project: Project
    version: ModelVersion
    person: User
    made: list[Document] = field(default_factory=list)

    def sure_of(self, document: Document, confidence: float, answer: dict[str, Any] | None = None) -> None:
        """The version has answered this document."""
        whole = {"Category": confidence, "Entities": 1.0}
        chances = {"billing": confidence, "delivery": 1 - confidence}
        store(self.version.number, [NewPrediction(document.pk, answer or BILLING, {"Category": chances}, whole)])

    def random_gold(self, count: int, *, wrong: int = 0, confidence: float = 0.99) -> list[Document]:
        """Documents that chance put before a person after the version's run; the model is wrong on the last ones."""
        documents = []
        for number in range(count):
            document = make.document(self.project, f"random {len(self.made)} {number}")
            self.sure_of(document, confidence - number / 10_000)
            make.gold(document, DELIVERY if number >= count - wrong else BILLING)
            Gold.objects.filter(document=document).update(source=Source.ANNOTATION, by=self.person)
            self.lent(document)
            Draw.objects.create(document=document, is_random=True, probability=0.1, function="random")
            documents.append(document)
        self.made += documents
        return documents

    def lent(self, document: Document, **fields: Any) -> None:
        Assignment.objects.create(
            project=self.project, document=document, user=self.person, state=AssignmentState.DONE,
            expires_at=document.created_at, **fields,
        )  # fmt: skip

    def open_documents(self, count: int, confidence: float = 0.99) -> list[Document]:
        documents = [make.document(self.project, f"open {len(self.made)} {number}") for number in range(count)]
        for document in documents:
            self.sure_of(document, confidence)
        self.made += documents
        return documents

    def states(self, documents: list[Document]) -> list[str]:
        rows = dict(Document.objects.filter(pk__in=[row.pk for row in documents]).values_list("pk", "state"))
        return [rows[row.pk] for row in documents]


@pytest.fixture
def world() -> World:
    """Asked for: 90 % right at a confidence level of 90 %, which takes 25 faultless documents. No random share."""
    project = make.project(
        label_sets=LABEL_SETS, auto_accept={"precision": 0.9, "confidence": 0.9}, random_share=0.0, audit_share=0.0
    )
    version = register(project_id=project.pk, new=NewVersion("1/1", "0" * 64, "e", 10))
    promote(version, user=None)
    project.refresh_from_db()
    version.refresh_from_db()
    return World(project, version, User.objects.get(username="mia"))

"""A project with practice, for the tests of this room."""

from typing import Any

from annotation.documents.models import Document
from annotation.people.models import User
from annotation.practice.models import ItemKind, PracticeItem
from annotation.projects.models import Project
from tests import make

RIGHT = {"Category": "billing", "Sentiment": "negative", "Entities": [{"start": 0, "end": 5, "label": "PERSON"}]}
WRONG = {"Category": "other", "Sentiment": "neutral", "Entities": []}


def gold_document(project: Project, text: str = "Alice was charged twice.", **fields: Any) -> Document:
    document = make.document(project, text, **fields)
    make.gold(document, RIGHT)
    document.refresh_from_db()
    return document


def item(project: Project, kind: ItemKind = ItemKind.GUIDED, **fields: Any) -> PracticeItem:
    position = PracticeItem.objects.filter(project=project).count()
    document = fields.pop("document", None) or gold_document(project, f"Alice was charged twice, case {position}.")
    return PracticeItem.objects.create(
        project=project, document=document, kind=kind, position=position, created_by=project.created_by, **fields
    )


def practicing(items: int = 2, **settings: Any) -> tuple[Project, list[PracticeItem], User]:
    """A project that asks for practice on all its items, the items, and a newcomer."""
    project = make.project(**{"practice_size": items, "practice_pass_mark": 0.8, **settings})
    return project, [item(project) for _ in range(items)], make.member(project, "alice")

"""Plain makers of rows for tests, and a fixed cast of people."""

from collections.abc import Sequence
from typing import Any

from django.db import transaction
from rest_framework.test import APIClient

from annotation.annotations.gold import NewGold, record_gold
from annotation.annotations.models import Source
from annotation.documents.models import Document
from annotation.documents.services import make_findable
from annotation.documents.texts import join_parts, text_key, text_sha256
from annotation.people.models import User
from annotation.people.services import make_token
from annotation.predictions.models import Prediction
from annotation.projects.models import Kind, Label, LabelSet, Membership, Project, Role

TICKET_LABEL_SETS: list[dict[str, Any]] = [
    {"name": "Category", "kind": Kind.CHOICE, "labels": ["billing", "delivery", "other"]},
    {"name": "Sentiment", "kind": Kind.CHOICE, "labels": ["negative", "neutral", "positive"]},
    {"name": "Entities", "kind": Kind.SPAN, "labels": ["PERSON", "ORG", "MONEY"], "required": False},
]


def user(name: str = "alice") -> User:
    return User.objects.create_user(username=name, password="correct horse battery")


def project(
    *, manager: User | None = None, label_sets: Sequence[dict[str, Any]] = TICKET_LABEL_SETS, **settings: Any
) -> Project:
    manager = manager or user("mia")
    made = Project.objects.create(name=settings.pop("name", "Tickets"), created_by=manager, **settings)
    Membership.objects.create(project=made, user=manager, role=Role.MANAGER)
    for position, spec in enumerate(label_sets):
        fields = {key: value for key, value in spec.items() if key != "labels"}
        label_set = LabelSet.objects.create(project=made, position=position, **fields)
        Label.objects.bulk_create(
            Label(label_set=label_set, name=name, position=place) for place, name in enumerate(spec["labels"])
        )
    return made


def member(project: Project, name: str, role: Role = Role.ANNOTATOR) -> User:
    person = user(name)
    Membership.objects.create(project=project, user=person, role=role)
    return person


def document(project: Project, text: str = "Where is my order?", **fields: Any) -> Document:
    parts = fields.pop("parts", None) or [("", text)]
    joined, placed = join_parts(parts)
    made = Document.objects.create(
        project=project,
        text=joined,
        parts=[{"role": part.role, "start": part.start, "end": part.end} for part in placed],
        text_sha256=text_sha256(joined),
        text_key=text_key(joined),
        slots=fields.pop("slots", project.overlap),
        **fields,
    )
    make_findable(project_id=project.pk, documents=[(made.pk, joined, made.meta)])
    return made


def gold(document: Document, answer: dict[str, Any]) -> None:
    with transaction.atomic():
        record_gold(document.project_id, [NewGold(document.pk, answer)], Source.IMPORT)


def prediction(document: Document, answer: dict[str, Any], version: int = 1, **fields: Any) -> Prediction:
    return Prediction.objects.create(document=document, answer=answer, version=version, **fields)


def client(person: User | None = None) -> APIClient:
    """An API client with a token of its own, or a stranger."""
    made = APIClient()
    if person is not None:
        made.credentials(HTTP_AUTHORIZATION=f"Token {make_token(person)}")
    return made

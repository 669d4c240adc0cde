"""Answers that wait for a reviewer, each differing from the model's in one known way."""

from typing import Any

from annotation.annotations.models import Annotation, Status
from annotation.annotations.services import Save, save
from annotation.documents.models import Document
from annotation.people.models import User
from annotation.projects.models import Project
from tests import make

TEXT = "Alice of Contoso paid 12 EUR for parcel"
PERSON = {"start": 0, "end": 5, "label": "PERSON"}
LONGER = {"start": 0, "end": 8, "label": "PERSON"}
ORG = {"start": 9, "end": 16, "label": "ORG"}
MONEY = {"start": 22, "end": 28, "label": "MONEY"}
MODEL: dict[str, Any] = {"Category": "billing", "Sentiment": "negative", "Entities": [PERSON, ORG]}
VERSION = 3
# What the annotator made of the model's answer; a review does one thing to each of these five.
GIVEN: tuple[dict[str, Any], ...] = (
    MODEL,
    MODEL | {"Category": "delivery"},
    MODEL | {"Entities": [PERSON]},
    MODEL | {"Entities": [PERSON, ORG, MONEY]},
    MODEL | {"Entities": [LONGER, ORG]},
)


def waiting(project: Project, person: User, number: int) -> list[Annotation]:
    """Documents 0, 1, 2 ... answered as GIVEN says, in turn."""
    return [answered(project, person, place) for place in range(number)]


def answered(project: Project, person: User, place: int) -> Annotation:
    made = make.document(project, f"{TEXT} {place}", external_id=f"d{place}")
    confidence = {"Category": {"billing": 0.7, "delivery": 0.2, "other": 0.1}, "Entities": [0.9, 0.8]}
    shown = make.prediction(made, MODEL, version=VERSION, confidence=confidence)
    asked = Save(answer=GIVEN[place % 5], status=Status.SUBMITTED, seconds=4.0, prediction_id=shown.pk)
    document = Document.objects.select_related("project").get(pk=made.pk)
    return save(document=document, user=person, asked=asked)

"""A project with something on every report: people on the same documents, gold, versions, blind answers, reviews."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
from django.db import connection, transaction

from annotation.annotations.gold import NewGold, record_gold
from annotation.annotations.models import Annotation, Source, Status
from annotation.documents.models import Document
from annotation.documents.texts import text_key, text_sha256
from annotation.people.models import User
from annotation.predictions.models import Prediction
from annotation.projects.models import Project, Role
from annotation.quality.services import refresh
from annotation.reviews.models import Review, Verdict
from modelops.registry.models import ModelVersion
from modelops.registry.services import NewVersion, promote, register
from tests import make

CATEGORIES = ("billing", "delivery", "other")
DOCUMENTS = 120
WORDS = ("parcel", "invoice", "refund", "order", "delay", "address")
START = datetime(2026, 9, 7, 9, tzinfo=UTC)


@dataclass(frozen=True)
class Cast:
    project: Project
    manager: User
    people: list[User]


def a_busy_project(count: int = DOCUMENTS) -> Cast:
    project = make.project(name="Support tickets", overlap=2, hourly_rate=24, currency="EUR", language="en")
    people = [make.member(project, name) for name in ("ann", "ben", "cy")]
    fill(project, people, make.member(project, "rui", Role.REVIEWER), count)
    return Cast(project, project.created_by, people)


def fill(project: Project, people: list[User], reviewer: User, count: int = DOCUMENTS) -> None:
    """Ten weeks of twelve documents; two people answer all, the third half; the model is right in 80 of 100."""
    dice = np.random.default_rng(7)
    versions(project)
    documents = Document.objects.bulk_create(_document(project, place, dice) for place in range(count))
    truths = [CATEGORIES[int(dice.choice(3, p=[0.5, 0.3, 0.2]))] for _ in documents]
    shown = _predictions(documents, truths, dice)
    answers = [
        _answer(document, person, _label(truth, accuracy, dice), shown[document.pk], dice)
        for document, truth in zip(documents, truths, strict=True)
        for person, accuracy in zip(people, (0.93, 0.88, 0.7), strict=True)
        if person != people[2] or _place(document) % 2
    ]
    made = Annotation.objects.bulk_create(answers)
    golds = [NewGold(one.pk, _full(truth)) for one, truth in zip(documents, truths, strict=True)]
    with transaction.atomic():
        record_gold(project.pk, golds, Source.IMPORT)
    _set_moments(project)
    Review.objects.bulk_create(
        Review(annotation=one, annotation_version=1, reviewer=reviewer, verdict=_verdict(place))
        for place, one in enumerate(one for one in made if one.user_id == people[2].pk)
    )
    project.refresh_from_db()
    refresh(project.pk)


def versions(project: Project) -> list[ModelVersion]:
    made = []
    for number, share in enumerate((0.74, 0.81), start=1):
        labels = {name: {"precision": share, "recall": share, "f1": share, "support": 20} for name in CATEGORIES}
        row = {"kind": "choice", "documents": 60, "accuracy": share, "f1": share, "macro_f1": share, "labels": labels}
        metrics = {"label_sets": {"Category": row}}
        new = NewVersion(f"{project.pk}/{number}", "0" * 64, "e", 50 * number, metrics=metrics)
        made.append(register(project_id=project.pk, new=new))
    for version in made:
        promote(version, user=None)
    return made


def _document(project: Project, place: int, dice: np.random.Generator) -> Document:
    text = f"Contoso {place}: " + " ".join(dice.choice(WORDS, size=int(dice.integers(5, 40))))
    meta = {"lang": "zh" if place % 4 == 0 else "en", "channel": "mail" if place % 3 else "phone"}
    parts = [{"role": "", "start": 0, "end": len(text)}]
    return Document(
        project=project, text=text, parts=parts, meta=meta, external_id=f"t-{place}",
        text_sha256=text_sha256(text), text_key=text_key(text), slots=2,
    )  # fmt: skip


def _place(document: Document) -> int:
    return int((document.external_id or "t-0")[2:])


def _predictions(documents: list[Document], truths: list[str], dice: np.random.Generator) -> dict[int, Prediction]:
    """By both versions; by document, what the second one said: that is what people saw."""
    rows = []
    for document, truth in zip(documents, truths, strict=True):
        for version, accuracy in ((1, 0.7), (2, 0.8)):
            label = _label(truth, accuracy, dice)
            sure = {"Category": {label: round(float(dice.uniform(0.5, 0.99)), 3)}}
            rows.append(Prediction(document=document, version=version, answer=_full(label), confidence=sure))
    return {row.document_id: row for row in Prediction.objects.bulk_create(rows) if row.version == 2}


def _answer(document: Document, person: User, label: str, said: Prediction, dice: np.random.Generator) -> Annotation:
    place = _place(document)
    is_blind = place % 3 == 0
    return Annotation(
        document=document,
        user=person,
        answer=_full(label, shift=int(dice.random() < 0.2)),
        status=Status.SUBMITTED,
        seconds=float(dice.gamma(4, 5 if is_blind else 3)) + (700 if place == 50 else 0),
        prediction=None if is_blind else said,
        is_blind=is_blind,
    )


def _set_moments(project: Project) -> None:
    """Twelve documents a week: each came a day before its answers, its gold a day after them."""
    week = "%s::timestamptz + (substr(external_id, 3)::int / 12) * interval '7 days'"
    of_document = "FROM annotation_document d WHERE d.id = document_id AND d.project_id = %s"
    day = timedelta(days=1)
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE annotation_document SET created_at = {week} WHERE project_id = %s", [START - day, project.pk]
        )
        for table, field, at in (
            ("prediction", "created_at", START - day),
            ("annotation", "changed_at", START),
            ("gold", "changed_at", START + day),
        ):
            cursor.execute(f"UPDATE annotation_{table} SET {field} = {week} {of_document}", [at, project.pk])


def _verdict(place: int) -> Verdict:
    return Verdict.CORRECT if place % 5 == 0 else Verdict.ACCEPT


def _label(truth: str, accuracy: float, dice: np.random.Generator) -> str:
    return truth if dice.random() < accuracy else str(dice.choice([name for name in CATEGORIES if name != truth]))


def _full(label: str, shift: int = 0) -> dict[str, Any]:  # Any: an answer's wire form
    sentiment = "negative" if label == "billing" else "neutral"
    return {"Category": label, "Sentiment": sentiment, "Entities": [{"start": 0, "end": 7 + shift, "label": "ORG"}]}

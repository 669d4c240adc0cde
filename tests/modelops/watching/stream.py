"""A project of financial news whose texts come by the minute, and a clock that is set by hand."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pytest

from annotation.alerts.models import Alert
from annotation.annotations.models import Annotation, Status
from annotation.documents.models import Document
from annotation.documents.texts import text_key, text_sha256
from annotation.people.models import User
from annotation.predictions.models import Prediction
from annotation.projects.models import Project
from annotation.quality.services import refresh
from modelops.watching import services
from tests import make

START = datetime(2026, 9, 1, tzinfo=UTC)
TOPICS = ("results", "markets", "risk")
LABEL_SETS: list[dict[str, Any]] = [
    {"name": "Topic", "kind": "choices", "required": False, "labels": list(TOPICS)},
    {"name": "Sentiment", "kind": "choice", "labels": ["positive", "neutral", "negative"]},
]
USUAL = 0.2


@dataclass(frozen=True, slots=True)
class Text:
    at: datetime
    topics: Sequence[str]
    mood: str
    by: str = "gold"
    language: str = "en"


@dataclass
class Stream:
    """`seed` names the month; `clock` is what the site takes for now."""

    seed: int
    clock: pytest.MonkeyPatch
    project: Project = field(init=False)
    manager: User = field(init=False)
    now: datetime = START

    def __post_init__(self) -> None:
        self.project = make.project(label_sets=LABEL_SETS, name="News", production_version=1)
        self.manager = self.project.created_by
        self.dice = np.random.default_rng(self.seed)
        self.clock.setattr("django.utils.timezone.now", lambda: self.now)

    def quiet_days(self, days: int, a_day: int = 40, *, by: str = "gold") -> list[Text]:
        """The share of negatives wavers from day to day as it does in the world; the clock is not moved."""
        texts = []
        for day in range(days):
            share = float(self.dice.beta(USUAL * 49, (1 - USUAL) * 49))
            for _ in range(int(self.dice.poisson(a_day))):
                at = self.now + timedelta(days=day, minutes=int(self.dice.integers(0, 1_440)))
                texts.append(Text(at, [str(self.dice.choice(TOPICS))], self._mood(share), by))
        return sorted(texts, key=lambda one: one.at)

    def negative(self, count: int, topics: Sequence[str] = ("risk",), *, by: str = "model") -> list[Text]:
        """A text every second from now on, nearly all negative."""
        step = timedelta(seconds=1)
        return [Text(self.now + place * step, topics, self._mood(0.95), by) for place in range(count)]

    def _mood(self, share: float) -> str:
        return "negative" if self.dice.random() < share else str(self.dice.choice(["positive", "neutral"]))

    def come(self, texts: Sequence[Text]) -> list[Document]:
        """Write the texts with what is said of them, and let the columns follow."""
        number = Document.objects.filter(project=self.project).count()
        names = [f"News {number + place:06d} " + "x" * int(self.dice.integers(1, 60)) for place in range(len(texts))]
        rows = [self._document(name, one) for name, one in zip(names, texts, strict=True)]
        made = Document.objects.bulk_create(rows)
        for row, one in zip(made, texts, strict=True):
            row.created_at = one.at
        Document.objects.bulk_update(made, ["created_at"], batch_size=1_000)
        said = list(zip(made, texts, strict=True))
        Annotation.objects.bulk_create(
            Annotation(document=row, user=self.manager, answer=answer(one), status=Status.SUBMITTED, seconds=5)
            for row, one in said
            if one.by == "gold"
        )
        Document.objects.filter(pk__in=[row.pk for row, one in said if one.by == "gold"]).update(state="annotated")
        Prediction.objects.bulk_create(
            Prediction(document=row, version=1, answer=answer(one)) for row, one in said if one.by == "model"
        )
        refresh(self.project.pk)
        return made

    def _document(self, text: str, of: Text) -> Document:
        parts = [{"role": "", "start": 0, "end": len(text)}]
        return Document(
            project=self.project, text=text, parts=parts, meta={"lang": of.language}, text_sha256=text_sha256(text),
            text_key=text_key(text), created_at=of.at,
        )  # fmt: skip

    def look(self) -> list[Alert]:
        """One round of the tick, and the looks that it asks for."""
        services.make_rounds()
        services.run(self.project.pk)
        return list(Alert.objects.filter(project=self.project))


def answer(text: Text) -> dict[str, object]:
    return {"Topic": list(text.topics), "Sentiment": text.mood}

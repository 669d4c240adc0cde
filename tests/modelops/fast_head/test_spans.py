"""Spans on the way from a person's gold to what other people see: with a real, tiny encoder and the real job."""

from pathlib import Path
from typing import Any

import pytest

from annotation.annotations.models import Gold
from annotation.documents.models import Document
from annotation.events.models import Event
from annotation.predictions.models import Prediction
from annotation.projects.models import Project
from annotation.queue.services import lend
from modelops import tasks
from modelops.engine.embedding import Embedder, TextStates
from modelops.evaluation.split import is_test
from modelops.fast_head import job, memory, span_memory, tuning
from modelops.fast_head.models import FastHead
from modelops.live.models import EmbeddingWork
from modelops.live.services import store
from modelops.live.similar import to_bytes
from modelops.registry.models import ModelVersion
from modelops.work.models import WorkState
from tests import make
from tests.conftest import Messages
from tests.modelops.engine.conftest import tiny_encoder
from tests.modelops.fast_head.rows import KEY, seen
from tests.modelops.fast_head.test_comparing import span

__all__ = ["tiny_encoder"]
pytestmark = pytest.mark.django_db(transaction=True)

SETS: list[dict[str, Any]] = [{"name": "Places", "kind": "span", "labels": ["PLACE"]}]  # Any: fields of a label set
WORDS = ("paris", "北京", "berlin", "上海")
Mark = dict[str, object]


class Reader:
    """The tiny encoder, and which texts it read."""

    def __init__(self, folder: Path) -> None:
        self.embedder = Embedder.load(folder)
        self.texts: list[str] = []

    def token_states(self, texts: list[str]) -> list[TextStates]:
        self.texts += texts
        return self.embedder.token_states(texts)


@pytest.fixture
def reader(tiny_encoder: Path, monkeypatch: pytest.MonkeyPatch) -> Reader:
    found = Reader(tiny_encoder)
    for module in (job, tuning):
        monkeypatch.setattr(module, "embedder_for", lambda name: found)
    monkeypatch.setattr(job, "READ_SECONDS", 60.0)
    return found


def marks(document: Document) -> list[Mark]:
    return [span(at, at + len(word), "PLACE") for word in WORDS if (at := document.text.find(word)) >= 0]


def a_project(reader: Reader, count: int = 40, label_sets: list[dict[str, Any]] = SETS) -> Project:  # Any: as above
    # Which documents are for testing hangs on it.
    project = make.project(label_sets=label_sets, encoder="tiny", salt="0123456789abcdef")
    for number in range(count):
        text = (
            f"😀 anna lost card {number} in {WORDS[number % 2]}"
            if number % 4 < 2
            else f"卡丢了 {number} {WORDS[number % 4]} 退款"
        )
        make.document(project, text, priority=1 - number / 1000)
    embed(project, reader)
    return project


def embed(project: Project, reader: Reader) -> None:
    documents = list(project.documents.all())
    vectors = reader.embedder.embed([one.text for one in documents])
    store({one.text_sha256: to_bytes(vector) for one, vector in zip(documents, vectors, strict=True)}, KEY)
    work = {"encoder": KEY, "done": len(documents), "total": len(documents), "state": WorkState.SUCCEEDED}
    EmbeddingWork.objects.update_or_create(project=project, defaults=work)


def teach(project: Project, count: int) -> list[Document]:
    """Gold for so many training documents from the end of the queue."""
    rows = project.documents.filter(priority__lte=1).order_by("-pk")
    chosen = [row for row in rows if not is_test(project.salt, row.text_key)][:count]
    for document in chosen:
        make.gold(document, {"Places": marks(document)})
    return chosen


def test_gold_spans_change_what_the_person_with_the_next_document_sees(reader: Reader) -> None:
    project = a_project(reader, 80)
    bob = make.member(project, "bob")
    [assignment] = lend(project=project, user=bob, count=1)
    teach(project, 40)
    FastHead.objects.create(project=project, figures={"label_sets": {"Places": {"c": 300.0}}})

    job.run(project.pk)

    found = seen(project)
    right = [row.answer == {"Places": marks(row.document)} for row in found.values()]
    assert (len(right), sum(right) > 0.8 * len(right)) == (39, True)
    assert {str(row.made_by) for row in found.values()} == {"{'Places': 'logistic'}"}
    events = Event.objects.filter(project=project, type="prediction.updated")
    [told] = events.values_list("payload", flat=True)
    assert told["document"] == assignment.document_id
    assert told["prediction"]["answer"] == Prediction.objects.get(document=assignment.document_id).answer
    assert FastHead.objects.get().figures["label_sets"]["Places"]["gold"] == 40


def test_nothing_human_is_touched(reader: Reader) -> None:
    project = a_project(reader)
    bob = make.member(project, "bob")
    lend(project=project, user=bob, count=2)
    teach(project, 12)
    before = (
        list(Gold.objects.order_by("pk").values()),
        list(bob.assignments.order_by("pk").values("document_id", "state")),
    )

    job.run(project.pk)

    assert before == (
        list(Gold.objects.order_by("pk").values()),
        list(bob.assignments.order_by("pk").values("document_id", "state")),
    )
    assert not Prediction.objects.filter(document__gold__isnull=False).exists()


def test_a_document_that_somebody_just_answered_is_not_read_again(reader: Reader) -> None:
    project = a_project(reader)
    teach(project, 10)
    job.run(project.pk)
    read = len(reader.texts)
    answered = project.documents.exclude(gold__isnull=False).order_by("pk")[0]
    answered.refresh_from_db()

    make.gold(answered, {"Places": marks(answered)})
    job.run(project.pk)

    assert len(reader.texts) == read == 40
    own = memory._held[project.pk].spans
    assert (answered.pk in own.heads["Places"].table) is not is_test(project.salt, answered.text_key)
    assert answered.pk not in own.held


def test_withdrawn_spans_are_unlearned(reader: Reader) -> None:
    from django.db import transaction

    from annotation.annotations.gold import withdraw_gold
    from annotation.events.services import lock_order

    project = a_project(reader)
    taught = teach(project, 10)
    job.run(project.pk)
    with transaction.atomic():
        lock_order(project.pk)
        withdraw_gold(project.pk, [taught[0].pk])

    job.run(project.pk)

    own = memory._held[project.pk].spans
    assert (taught[0].pk in own.heads["Places"].table, taught[1].pk in own.heads["Places"].table) == (False, True)


def test_reading_goes_on_with_the_next_message_when_the_time_is_over(
    reader: Reader, monkeypatch: pytest.MonkeyPatch, sent_messages: Messages
) -> None:
    project = a_project(reader)
    teach(project, 10)
    monkeypatch.setattr(job, "READ_SECONDS", -1.0)
    sent_messages.clear()

    tasks.refit(project.pk)

    assert ("modelops.tasks.refit", (project.pk,)) in sent_messages
    assert (reader.texts, seen(project)) == ([], {})
    monkeypatch.setattr(job, "READ_SECONDS", 60.0)
    job.run(project.pk)
    assert len(seen(project)) == 30


def test_a_text_that_is_too_long_is_left_to_others(reader: Reader, monkeypatch: pytest.MonkeyPatch) -> None:
    project = a_project(reader)
    monkeypatch.setattr(span_memory, "LONGEST_CHARS", 60)
    long = make.document(project, "anna " * 40 + "paris", priority=2)
    embed(project, reader)
    teach(project, 10)

    job.run(project.pk)

    assert long.text not in reader.texts
    assert long.pk not in seen(project)
    assert len(seen(project)) == project.documents.filter(gold__isnull=True).count() - 1


def test_a_version_answers_spans_until_the_head_has_measured_better(reader: Reader) -> None:
    project = a_project(reader, 120)
    for document in project.documents.all():
        make.prediction(document, {"Places": []}, version=1, confidence={"Places": []})
    ModelVersion.objects.create(project=project, number=1, encoder="tiny", path="1", sha256="0")
    Project.objects.filter(pk=project.pk).update(production_version=1)
    FastHead.objects.create(project=project)
    for document in project.documents.order_by("-pk")[:90]:
        make.gold(document, {"Places": marks(document)})
    job.run(project.pk)
    assert {row.version for row in seen(project).values()} == {1}

    job.tune(project.pk)
    job.run(project.pk)

    found = FastHead.objects.get().figures["label_sets"]["Places"]
    assert (found["comparison"]["rival"], found["comparison"]["is_ahead"]) == (0.0, True)
    assert found["comparison"]["own"] > 0.6
    assert {row.made_by["Places"] for row in seen(project).values()} == {"logistic"}


def test_starters_answer_before_there_is_gold_and_hand_over_label_by_label(reader: Reader) -> None:
    sets = [{"name": "Entities", "kind": "span", "labels": ["EMAIL", "PLACE"], "overlap": True}]
    project = a_project(reader, 40, sets)
    cold = make.document(project, "卡丢了 a.b@example.com 😀 退款", priority=3, external_id="cold")
    embed(project, reader)

    job.run(project.pk)

    found = seen(project)[cold.pk]
    assert found.answer == {"Entities": [span(4, 19, "EMAIL")]}
    assert (found.made_by, found.confidence) == ({"Entities": "starters"}, {"Entities": [0.5]})
    assert FastHead.objects.get().figures["label_sets"]["Entities"]["method"] == "starters"

    rows = [row for row in project.documents.order_by("-pk") if not is_test(project.salt, row.text_key) and row != cold]
    for document in rows[:12]:
        make.gold(document, {"Entities": marks(document)})
    job.run(project.pk)

    found = seen(project)[cold.pk]
    assert found.made_by == {"Entities": "mixed"}
    assert span(4, 19, "EMAIL") in found.answer["Entities"]

"""Gold that differs from the prediction people see: what the database keeps is what a look at every row tells."""

import random
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection, connections, transaction

from annotation.annotations.gold import NewGold, record_gold, withdraw_gold
from annotation.annotations.models import Gold, Source
from annotation.documents.filters import DocumentFilter
from annotation.documents.models import Document
from annotation.events.services import ORDER_LOCK, lock_order
from annotation.finding.applying import found_documents
from annotation.finding.erasing import erase_document
from annotation.predictions.models import Prediction, fast_head_source
from annotation.projects.models import Project
from modelops.fast_head import showing
from modelops.registry.predictions import NewPrediction, store
from tests import make

Json = dict[str, Any]  # Any: JSON
ANSWERS: list[Json] = [
    {"Category": "billing"},
    {"Category": "billing", "Entities": []},
    {"Category": "other", "Entities": [{"start": 0, "end": 1, "label": "ORG"}]},
    {"Category": "other"},
    {},
]


class World:
    """Random changes of gold, predictions and the version in production, by the services that make them."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.project = make.project()
        self.user = self.project.created_by
        self.documents = [make.document(self.project, f"text {number}") for number in range(4)]

    def change(self) -> None:
        document, answer = self.chance.choice(self.documents), self.chance.choice(ANSWERS)
        number = self.chance.randint(1, 4)
        changes: dict[str, Callable[[], object]] = {
            "gold": lambda: record_gold(self.project.pk, [NewGold(document.pk, answer)], Source.ANNOTATION),
            "withdrawn": lambda: withdraw_gold(self.project.pk, [document.pk]),
            "predicted": lambda: store(number, [NewPrediction(document.pk, answer, {})]),
            "refined": lambda: self._refine(document.pk, number, answer),
            "changed": lambda: Prediction.objects.filter(document=document, version=number).update(answer=answer),
            "forgotten": lambda: Prediction.objects.filter(document=document, version=number).delete(),
            "put in production": lambda: Project.objects.filter(pk=self.project.pk).update(production_version=number),
            "erased": lambda: self._erase(document),
        }
        weights = [6, 1, 6, 2, 1, 1, 3, 0.3]
        self.chance.choices(list(changes.values()), weights)[0]()

    def _refine(self, document_id: int, base: int, answer: Json) -> None:
        shown = showing.Shown(document_id, answer, {}, {})
        showing.store([shown], base=base, refit=self.chance.randint(1, 10**9))

    def _erase(self, document: Document) -> None:
        erase_document(document=document)
        self.documents.remove(document)
        self.documents.append(make.document(self.project, "another"))

    def check(self) -> None:
        self.project.refresh_from_db()
        golds = {gold.document_id: gold for gold in Gold.objects.filter(project=self.project)}
        current = Prediction.objects.current(golds, self.project.production_version)
        differing = {pk for pk, seen in current.items() if differs(golds[pk].answer, seen.answer)}
        found = found_documents(self.project, self.user, DocumentFilter(disagreement="prediction"))
        assert set(found.values_list("pk", flat=True)) == differing

        for said in Prediction.objects.filter(document_id__in=golds):
            gold = golds[said.document_id]
            assert gold.contradicted or not differs(gold.answer, said.answer)


def differs(gold: Json, predicted: Json) -> bool:
    """Nothing, null and an empty list are the same."""
    return any((value or None) != (gold.get(name) or None) for name, value in predicted.items())


@pytest.mark.django_db
@pytest.mark.parametrize("seed", range(3))
def test_kept_is_what_is_computed_over_random_changes(seed: int) -> None:
    world = World(seed)
    for _ in range(60):
        world.change()
        world.check()


@pytest.mark.django_db
def test_gold_that_every_prediction_agreed_with_is_not_looked_at() -> None:
    agreed, contradicted = (make.document(project, text) for project in [make.project()] for text in "ab")
    for document in (agreed, contradicted):
        make.prediction(document, {"Category": "billing"}, 1)
        make.gold(document, {"Category": "billing"})
    make.prediction(contradicted, {"Category": "other"}, 2)

    assert dict(Gold.objects.values_list("document_id", "contradicted")) == {agreed.pk: False, contradicted.pk: True}


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("written_by", ["version", "fast head"])
def test_gold_and_prediction_written_at_the_same_moment_see_each_other(written_by: str) -> None:
    project = make.project()
    document = make.document(project)

    def predict() -> None:
        try:
            if written_by == "version":
                store(1, [NewPrediction(document.pk, {"Category": "other"}, {})])
            else:
                showing.store([showing.Shown(document.pk, {"Category": "other"}, {}, {})], base=1, refit=1)
        finally:
            connections.close_all()

    worker = threading.Thread(target=predict)
    with transaction.atomic():
        lock_order(project.pk)
        worker.start()
        wait_for_lock()
        assert not Prediction.objects.exists()
        record_gold(project.pk, [NewGold(document.pk, {"Category": "billing"})], Source.ANNOTATION, is_locked=True)
    worker.join(10)

    assert Prediction.objects.get().source in ("", fast_head_source(1, 1))
    assert Gold.objects.get().contradicted


def wait_for_lock() -> None:
    """Until somebody waits for the order lock: the prediction is written by then, and not committed."""
    for _ in range(500):
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM pg_locks WHERE classid = %s AND NOT granted", [ORDER_LOCK])
            if cursor.fetchone():
                return
        time.sleep(0.01)
    pytest.fail("the prediction was committed without the order lock")

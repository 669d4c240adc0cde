import time
from datetime import timedelta

import pytest
from django.utils import timezone

from annotation.documents.models import Document
from annotation.predictions.models import Prediction
from annotation.projects.models import Project
from annotation.queue.models import Assignment
from modelops.explaining.models import Explanation
from modelops.registry.services import NewVersion, register
from modelops.work.services import finish
from tests import make

pytestmark = pytest.mark.django_db

WORDS = {"Category": {"delivery": [{"start": 0, "end": 5, "weight": 0.31}]}}


def a_prediction(explanations: str = "allowed") -> Prediction:
    project = make.project(explanations=explanations)
    version = register(project_id=project.pk, new=NewVersion("1/1", "0" * 64, "e", 10))
    return make.prediction(make.document(project), {"Category": "delivery"}, version=version.number)


def address(prediction: Prediction) -> str:
    return f"/api/v1/predictions/{prediction.pk}/explanation/"


def project_of(prediction: Prediction) -> Project:
    document: Document = prediction.document
    return document.project


def answered_by_a_worker(monkeypatch: pytest.MonkeyPatch, **answer: object) -> None:
    def answer_it(_: float) -> None:
        Explanation.objects.update(finished_at=timezone.now(), **answer)

    monkeypatch.setattr("time.sleep", answer_it)


def test_a_member_learns_why_and_the_second_call_asks_no_worker(
    monkeypatch: pytest.MonkeyPatch, django_assert_max_num_queries: object
) -> None:
    prediction = a_prediction()
    client = make.client(make.member(project_of(prediction), "bob"))
    with monkeypatch.context() as patch:
        answered_by_a_worker(patch, result=WORDS)
        first = client.post(address(prediction))

    with django_assert_max_num_queries(9):  # type: ignore[operator]
        second = client.post(address(prediction))

    assert (first.status_code, second.status_code) == (200, 200)
    assert first.json() == {"prediction": prediction.pk, "version": 1, "words": WORDS}
    assert second.json() == first.json()


def test_a_stranger_finds_nothing_and_asks_nothing() -> None:
    prediction = a_prediction()

    answer = make.client(make.user("eve")).post(address(prediction))

    assert answer.status_code == 404
    assert not Explanation.objects.exists()


def test_whoever_answers_blind_finds_nothing() -> None:
    prediction = a_prediction()
    bob = make.member(project_of(prediction), "bob")
    Assignment.objects.create(
        project=project_of(prediction),
        document=prediction.document,
        user=bob,
        is_blind=True,
        expires_at=timezone.now() + timedelta(minutes=5),
    )

    answer = make.client(bob).post(address(prediction))

    assert answer.status_code == 404


def test_the_manager_can_hide_explanations_from_everybody() -> None:
    prediction = a_prediction(explanations="hidden")

    answer = make.client(project_of(prediction).created_by).post(address(prediction))

    assert (answer.status_code, answer.json()["code"]) == (403, "explanations_hidden")
    assert not Explanation.objects.exists()


def test_an_imported_prediction_is_a_conflict() -> None:
    made = a_prediction()
    imported = Prediction.objects.create(document=made.document, answer={}, source="elsewhere")

    answer = make.client(project_of(made).created_by).post(address(imported))

    assert (answer.status_code, answer.json()["code"]) == (409, "imported_prediction")


def test_a_checkpoint_that_the_worker_does_not_find_is_a_conflict(monkeypatch: pytest.MonkeyPatch) -> None:
    prediction = a_prediction()
    answered_by_a_worker(monkeypatch, error="checkpoint_gone")

    answer = make.client(project_of(prediction).created_by).post(address(prediction))

    assert (answer.status_code, answer.json()["code"]) == (409, "checkpoint_gone")


def test_no_worker_is_said_after_ten_seconds_and_the_late_answer_serves_the_next_call(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    prediction = a_prediction()
    client = make.client(project_of(prediction).created_by)
    slept = [0.0]

    def pass_time(seconds: float) -> None:
        slept[0] += seconds

    with monkeypatch.context() as patch:
        now = time.monotonic()
        patch.setattr("time.monotonic", lambda: now + slept[0])
        patch.setattr("time.sleep", pass_time)
        none_yet = client.post(address(prediction))

    assert (none_yet.status_code, none_yet.json()["code"]) == (503, "no_worker")
    assert slept[0] == pytest.approx(10, abs=0.2)
    finish(Explanation.objects.get(), result=WORDS)
    assert client.post(address(prediction)).json()["words"] == WORDS

from pathlib import Path

import pytest

from annotation.documents.texts import text_key
from annotation.events.models import Event
from annotation.predictions.models import Prediction
from annotation.projects.models import Project
from modelops.evaluation.split import is_test
from modelops.prelabeling.models import PredictRequest
from modelops.registry.models import ModelVersion, Stage, VersionStep
from modelops.registry.services import NewVersion, promote, register
from tests import make
from tests.modelops.checkpoint_files import a_checkpoint

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("checkpoints")]


def a_version(project: Project) -> ModelVersion:
    return register(project_id=project.pk, new=NewVersion(*a_checkpoint(), "e", 10))


def with_test_answers(count: int) -> tuple[Project, ModelVersion, ModelVersion]:
    """A project whose version 1 is right on every test document and whose version 2 is right on none."""
    project = make.project()
    good, bad = a_version(project), a_version(project)
    texts = (f"ticket {number}" for number in range(10_000))
    for text in [text for text in texts if is_test(project.salt, text_key(text))][:count]:
        document = make.document(project, text)
        make.gold(document, {"Category": "billing"})
        make.prediction(document, {"Category": "billing"}, version=good.number)
        make.prediction(document, {"Category": "other"}, version=bad.number)
    promote(good, user=None)
    return project, good, bad


def test_a_worse_version_is_a_conflict_with_fresh_figures_unless_forced() -> None:
    project, _, bad = with_test_answers(30)
    client = make.client(project.created_by)
    path = f"/api/v1/versions/{bad.pk}/promote/"

    refused = client.post(path)
    unsaid = client.post(path, {"force": True}, format="json")

    assert (refused.status_code, refused.json()["code"]) == (409, "worse")
    assert refused.json()["comparison"]["label_sets"]["Category"]["production"] == 1.0
    assert refused.json()["comparison"]["against"] == 1
    assert unsaid.status_code == 422
    assert ModelVersion.objects.get(stage=Stage.PRODUCTION).number == 1

    forced = client.post(path, {"force": True, "reason": "the split is wrong"}, format="json")

    assert (forced.status_code, forced.json()["stage"]) == (200, "production")
    back = client.post(f"/api/v1/projects/{project.pk}/rollback/")
    assert back.json()["number"] == 1
    assert client.post(f"/api/v1/projects/{project.pk}/rollback/").status_code == 409


def test_a_version_whose_files_are_damaged_never_goes_live_and_production_stays(checkpoints: Path) -> None:
    project, good, bad = with_test_answers(30)
    Prediction.objects.filter(version=bad.number).update(answer={"Category": "billing"})
    good_path, good_sha256 = a_checkpoint("good")
    ModelVersion.objects.filter(pk=good.pk).update(path=good_path, sha256=good_sha256)
    client = make.client(project.created_by)
    (checkpoints / "1" / "checkpoint.json").write_text("{", encoding="utf-8")

    plain = client.post(f"/api/v1/versions/{bad.pk}/promote/")
    forced = client.post(f"/api/v1/versions/{bad.pk}/promote/", {"force": True, "reason": "now"}, format="json")

    assert (plain.status_code, plain.json()["code"]) == (409, "broken_checkpoint")
    assert (forced.status_code, forced.json()["code"]) == (409, "broken_checkpoint")
    assert "version 2 are damaged" in plain.json()["detail"]
    assert ModelVersion.objects.get(stage=Stage.PRODUCTION) == good

    a_checkpoint("1")
    assert client.post(f"/api/v1/versions/{bad.pk}/promote/").status_code == 200
    (checkpoints / "good" / "checkpoint.json").unlink()
    back = client.post(f"/api/v1/projects/{project.pk}/rollback/")
    assert (back.status_code, back.json()["code"]) == (409, "broken_checkpoint")
    assert ModelVersion.objects.get(stage=Stage.PRODUCTION) == bad


def test_after_a_rollback_the_next_person_is_lent_the_old_versions_prediction() -> None:
    project, good, bad = with_test_answers(30)
    manager, bob = make.client(project.created_by), make.client(make.member(project, "bob"))
    document = make.document(project, "Where is my parcel?")
    make.prediction(document, {"Category": "delivery"}, version=good.number)
    make.prediction(document, {"Category": "other"}, version=bad.number)
    manager.post(f"/api/v1/versions/{bad.pk}/promote/", {"force": True, "reason": "a try"}, format="json")
    lent = bob.post(f"/api/v1/projects/{project.pk}/queue/next/", {"count": 1}, format="json").json()["assignments"][0]
    assert lent["prediction"]["answer"] == {"Category": "other"}

    manager.post(f"/api/v1/projects/{project.pk}/rollback/")

    pushed = Event.objects.filter(type="prediction.updated").order_by("-pk")[0].payload
    assert pushed["document"] == document.pk
    assert pushed["prediction"]["answer"] == {"Category": "delivery"}
    bob.delete(f"/api/v1/assignments/{lent['id']}/")
    eve = make.client(make.member(project, "eve"))
    again = eve.post(f"/api/v1/projects/{project.pk}/queue/next/", {"count": 1}, format="json").json()["assignments"][0]
    assert again["prediction"]["answer"] == {"Category": "delivery"}
    steps = VersionStep.objects.order_by("pk").values_list("version__number", "kind", "reason")
    assert list(steps) == [(1, "promoted", ""), (2, "forced", "a try"), (1, "rolled_back", "")]


def test_with_few_test_documents_a_person_decides() -> None:
    project, _, bad = with_test_answers(4)

    answer = make.client(project.created_by).post(f"/api/v1/versions/{bad.pk}/promote/")

    assert answer.status_code == 200
    assert answer.json()["comparison"]["verdict"] == "unknown"
    assert "Not enough to compare" in answer.json()["words"][0]


def test_the_list_has_the_shape_of_the_contract_and_a_fixed_cost(django_assert_max_num_queries: object) -> None:
    project = make.project()
    for _ in range(10):
        a_version(project)
    client = make.client(make.member(project, "bob"))

    with django_assert_max_num_queries(4):  # type: ignore[operator]
        page = client.get(f"/api/v1/projects/{project.pk}/versions/").json()

    assert [row["number"] for row in page["results"]] == list(range(10, 0, -1))
    wanted = {"id", "number", "stage", "metrics", "arguments", "documents", "created_at", "sha256"}
    assert wanted <= set(page["results"][0])


def test_predict_without_a_version_is_a_conflict() -> None:
    project = make.project()

    answer = make.client(project.created_by).post(
        f"/api/v1/projects/{project.pk}/predict/", {"texts": ["x"]}, format="json"
    )

    assert (answer.status_code, answer.json()["code"]) == (409, "no_version")


@pytest.mark.parametrize("texts", [[], [""], ["x"] * 257, "x", [1, None], ["x" * 200_001], None])
def test_predict_refuses_bad_texts(texts: object) -> None:
    project = make.project()
    promote(a_version(project), user=None)

    answer = make.client(project.created_by).post(
        f"/api/v1/projects/{project.pk}/predict/", {"texts": texts}, format="json"
    )

    assert answer.status_code == 422
    assert not PredictRequest.objects.exists()


def test_predict_says_so_when_no_worker_answers(settings: object) -> None:
    settings.WORKER_WAIT_SECONDS = 0.1  # type: ignore[attr-defined]
    project = make.project()
    promote(a_version(project), user=None)

    answer = make.client(project.created_by).post(
        f"/api/v1/projects/{project.pk}/predict/", {"texts": ["x"]}, format="json"
    )

    assert (answer.status_code, answer.json()["code"]) == (503, "no_worker")


def test_predict_waits_for_the_workers_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    project = make.project()
    promote(a_version(project), user=None)
    result = {"version": 1, "predictions": [{"answer": {"Category": "other"}, "confidence": {}}]}

    def answer_it(_: float) -> None:
        PredictRequest.objects.update(result=result, finished_at="2026-01-01T00:00:00Z")

    monkeypatch.setattr("time.sleep", answer_it)

    answer = make.client(project.created_by).post(
        f"/api/v1/projects/{project.pk}/predict/", {"texts": ["x"]}, format="json"
    )

    assert (answer.status_code, answer.json()) == (200, result)

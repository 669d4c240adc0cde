"""The measurement by a worker, the page and the API."""

from typing import Any

import numpy as np
import pytest
from django.test import Client

from annotation.people.models import User
from annotation.projects.models import Project, Role
from modelops.forecast import job
from modelops.forecast.models import Forecast
from modelops.forecast.services import forecasts_of, request_forecast
from modelops.live.models import Embedding, EmbeddingWork
from modelops.live.similar import to_bytes
from modelops.registry.services import NewVersion, promote, register
from modelops.work.models import WorkState
from tests import make

ENCODER = "all-minilm-l6-v2@1"
LABEL_SETS: list[dict[str, Any]] = [
    {"name": "Category", "kind": "choice", "labels": ["a", "b", "c", "d"]},
    {"name": "Topics", "kind": "choices", "labels": ["x", "y"], "required": False},
    {"name": "Entities", "kind": "span", "labels": ["ORG"], "required": False},
]


@pytest.fixture
def project(db: None) -> Project:
    """300 documents in four overlapping clouds, with gold and vectors."""
    made = make.project(label_sets=LABEL_SETS)
    # It decides which documents test: with a new one in every run the figures would differ.
    made.salt = "0123456789abcdef"
    made.save(update_fields=["salt"])
    random = np.random.default_rng(0)
    centers = random.normal(size=(4, 16))
    for number in range(300):
        document = make.document(made, f"text {number}", external_id=str(number))
        vector = centers[number % 4] + random.normal(scale=1.6, size=16)
        make.gold(document, {"Category": "abcd"[number % 4], "Topics": ["x"] if number % 2 else [], "Entities": []})
        Embedding.objects.create(
            text_sha256=document.text_sha256, encoder=ENCODER, vector=to_bytes(vector.astype(np.float32))
        )
    EmbeddingWork.objects.create(project=made, encoder=ENCODER, state=WorkState.SUCCEEDED, done=300, total=300)
    return made


def manager_of(project: Project) -> Client:
    client = Client()
    client.force_login(project.created_by)
    return client


@pytest.fixture
def measured(project: Project) -> Project:
    Forecast.objects.create(project=project)
    job.run(project.pk)
    return project


def test_a_worker_measures_choice_and_choices_and_leaves_spans_to_versions(measured: Project) -> None:
    row = Forecast.objects.get(project=measured)

    assert (row.state, row.error) == (WorkState.SUCCEEDED, "")
    assert set(row.curves) == {"Category", "Topics"}
    scores = row.curves["Category"]["scores"]
    assert scores[-1] > scores[0] + 0.05
    assert row.curves["Category"]["sizes"][-1] + row.curves["Category"]["tested"] == 300


def test_a_forecast_waits_until_the_texts_are_embedded(project: Project) -> None:
    Embedding.objects.all().delete()
    Forecast.objects.create(project=project)

    job.run(project.pk)

    row = Forecast.objects.get(project=project)
    assert (row.state, row.curves) == (WorkState.QUEUED, {})
    assert "embedded" in row.error


def test_asking_again_starts_anew_and_keeps_what_was_measured(measured: Project) -> None:
    before = Forecast.objects.get(project=measured)

    row = request_forecast(measured)

    assert row.pk == before.pk
    assert (row.state, row.curves) == (WorkState.QUEUED, before.curves)
    assert row.attempt == before.attempt + 1


def test_versions_lift_the_curve_and_give_spans_one_of_their_own(measured: Project) -> None:
    for documents, score in ((60, 0.5), (120, 0.6), (180, 0.66), (240, 0.7)):
        figures = {"documents": 60, "accuracy": 0.95, "f1": score, "labels": {}}
        metrics = {"label_sets": {"Category": figures | {"kind": "choice"}, "Entities": figures | {"kind": "span"}}}
        new = NewVersion(f"1/{documents}", "0" * 64, "e", documents, metrics=metrics, comparison={"verdict": "first"})
        version = register(project_id=measured.pk, new=new)
    promote(version, user=None)
    measured.refresh_from_db()

    found = {one.name: one for one in forecasts_of(measured, Forecast.objects.get(project=measured), 0.9)}

    assert found["Category"].outlook is not None
    assert found["Category"].outlook.state == "reached"
    assert found["Category"].outlook.now.value == pytest.approx(0.95, abs=0.02)
    assert found["Entities"].curves_of_versions
    assert found["Entities"].outlook is not None
    assert found["Entities"].outlook.now.value == pytest.approx(0.7, abs=0.03)
    assert found["Topics"].points == []


def test_the_page_shows_curves_with_their_figures(measured: Project, django_assert_max_num_queries: Any) -> None:
    client = manager_of(measured)
    client.get(f"/projects/{measured.pk}/forecast/")

    with django_assert_max_num_queries(20):
        page = client.get(f"/projects/{measured.pk}/forecast/?target=99")

    assert page.context["target"] == 99
    content = page.content.decode()
    assert content.count('class="plot') >= 2
    assert "More labeling" in content


def test_an_annotator_may_not_see_the_page_and_a_reviewer_may_not_measure(measured: Project) -> None:
    annotator, reviewer = Client(), Client()
    annotator.force_login(make.member(measured, "bob"))
    reviewer.force_login(make.member(measured, "rui", Role.REVIEWER))

    assert annotator.get(f"/projects/{measured.pk}/forecast/").status_code == 403
    assert reviewer.get(f"/projects/{measured.pk}/forecast/").status_code == 200
    assert reviewer.post(f"/projects/{measured.pk}/forecast/measure/").status_code == 403
    assert Forecast.objects.get(project=measured).state == WorkState.SUCCEEDED


def test_a_manager_asks_for_a_measurement(project: Project) -> None:
    page = manager_of(project).post(f"/projects/{project.pk}/forecast/measure/")

    assert page.status_code == 302
    assert Forecast.objects.get(project=project).state == WorkState.QUEUED


def test_the_api_tells_the_same(measured: Project) -> None:
    found = make.client(measured.created_by).get(f"/api/v1/projects/{measured.pk}/forecast/?target=0.99")

    assert found.status_code == 200
    body = found.json()
    assert [one["label_set"] for one in body["results"]] == ["Category", "Topics", "Entities"]
    first = body["results"][0]
    assert len(first["measured"]) == 7
    assert first["now"]["low"] <= first["now"]["value"] <= first["now"]["high"]
    assert body["results"][2]["state"] is None


@pytest.mark.parametrize("raw", ["0", "1.5", "much", "nan"])
def test_a_goal_is_a_share(project: Project, raw: str) -> None:
    found = make.client(project.created_by).get(f"/api/v1/projects/{project.pk}/forecast/?target={raw}")

    assert found.status_code == 422
    assert found.json()["errors"][0]["field"] == "target"


def test_a_stranger_finds_no_forecast(project: Project) -> None:
    stranger: User = make.user("eve")

    assert make.client(stranger).get(f"/api/v1/projects/{project.pk}/forecast/").status_code == 404
    assert make.client(stranger).post(f"/api/v1/projects/{project.pk}/forecast/").status_code == 404
    assert not Forecast.objects.exists()

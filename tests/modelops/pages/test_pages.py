import pytest
from django.test import Client

from annotation.people.models import User
from annotation.projects.models import Project
from modelops.registry.models import ModelVersion
from modelops.registry.services import NewVersion, promote, register
from modelops.training.models import Run, RunState
from tests import make
from tests.modelops.checkpoint_files import a_checkpoint

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("checkpoints")]

LABELS = {"billing": {"precision": 0.9, "recall": 0.8, "f1": 0.85, "support": 40}}
FIGURES = {"kind": "choice", "documents": 50, "accuracy": 0.875, "f1": 0.875, "macro_f1": 0.85, "labels": LABELS}
METRICS = {"label_sets": {"Category": FIGURES}}


def browser(person: User) -> Client:
    client = Client()
    client.force_login(person)
    return client


def a_version(project: Project, **comparison: object) -> ModelVersion:
    new = NewVersion(*a_checkpoint(), "e", 10, metrics=METRICS, comparison={"verdict": "first"} | comparison)
    return register(project_id=project.pk, new=new)


def test_the_models_page_says_how_good_each_version_is_in_plain_words() -> None:
    project = make.project()
    promote(a_version(project), user=None)

    page = browser(project.created_by).get(f"/projects/{project.pk}/models/").content.decode()

    assert "Category: right in 87.5 % of 50 test documents." in page
    assert "Version 1 is in production" in page
    assert "Not yet: 0 gold answers so far" in page


def test_only_a_manager_sees_and_uses_the_buttons() -> None:
    project = make.project()
    version = a_version(project)
    client = browser(make.member(project, "bob"))

    page = client.get(f"/projects/{project.pk}/models/").content.decode()

    assert "Start a run" not in page
    assert "Promote" not in page
    assert client.post(f"/projects/{project.pk}/runs/").status_code == 403
    assert client.post(f"/projects/{project.pk}/versions/{version.pk}/promote/").status_code == 403
    assert client.post(f"/projects/{project.pk}/models/roll-back/").status_code == 403
    project.refresh_from_db()
    assert project.production_version is None


def test_a_stranger_gets_404_and_a_visitor_is_asked_to_sign_in() -> None:
    project = make.project()
    run = Run.objects.create(project=project)
    stranger = browser(make.user("eve"))

    for path in (f"/projects/{project.pk}/models/", f"/projects/{project.pk}/runs/{run.pk}/"):
        assert stranger.get(path).status_code == 404
        assert Client().get(path).status_code == 302


def test_the_button_starts_a_run_and_leads_to_its_page() -> None:
    project = make.project()
    make.gold(make.document(project), {"Category": "billing"})
    client = browser(project.created_by)

    answer = client.post(f"/projects/{project.pk}/runs/")

    run = Run.objects.get()
    assert answer.headers["Location"] == f"/projects/{project.pk}/runs/{run.pk}/"
    page = client.get(answer.headers["Location"]).content.decode()
    assert "<run-progress" in page
    assert "Started by mia." in page
    assert client.post(f"/projects/{project.pk}/runs/{run.pk}/stop/").status_code == 302
    assert Run.objects.get().state == RunState.CANCELLED


def test_a_refused_version_is_shown_with_its_reasons_and_can_be_forced() -> None:
    project = make.project()
    promote(a_version(project), user=None)
    reason = {"code": "more_lost_than_won", "label_set": "Category", "lost": 9, "won": 1}
    worse = a_version(project, verdict="worse", against=1, documents=50, reasons=[reason])
    client = browser(project.created_by)
    path = f"/projects/{project.pk}/versions/{worse.pk}/promote/"

    refused = client.post(path)

    assert refused.status_code == 409
    assert "9 documents became wrong and only 1 became right" in refused.content.decode()
    assert client.post(path, {"force": "1", "reason": "known"}).status_code == 302
    project.refresh_from_db()
    assert project.production_version == worse.number
    client.post(f"/projects/{project.pk}/models/roll-back/")
    project.refresh_from_db()
    assert project.production_version == 1


def test_the_page_of_an_ended_run_shows_curve_arguments_figures_and_error() -> None:
    project = make.project()
    metrics = {**METRICS, "losses": [[1, 2.0], [2, 1.0], [3, 0.5]], "step": 3, "steps": 3}
    run = Run.objects.create(
        project=project,
        state=RunState.SUCCEEDED,
        metrics=metrics,
        arguments={"epochs": None, "lora_rank": 16},
        version=a_version(project),
    )
    failed = Run.objects.create(project=project, state=RunState.FAILED, error="The disk is full.")
    client = browser(project.created_by)

    page = client.get(f"/projects/{project.pk}/runs/{run.pk}/").content.decode()

    assert "<polyline" in page
    assert "lora_rank" in page
    assert "chosen by the site" in page
    assert "billing" in page
    assert "The disk is full." in client.get(f"/projects/{project.pk}/runs/{failed.pk}/").content.decode()


def test_the_models_page_costs_the_same_for_any_number_of_rows(django_assert_max_num_queries: object) -> None:
    project = make.project()
    for _ in range(10):
        Run.objects.create(project=project, state=RunState.SUCCEEDED, version=a_version(project))
    client = browser(project.created_by)

    with django_assert_max_num_queries(13):  # type: ignore[operator]
        client.get(f"/projects/{project.pk}/models/")

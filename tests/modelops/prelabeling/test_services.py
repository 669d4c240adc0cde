from datetime import timedelta

import pytest
from django.db.models import QuerySet
from django.utils import timezone

from annotation.projects.models import Project
from modelops.prelabeling.models import PredictRequest, Prelabeling
from modelops.prelabeling.services import NoVersion, ask, make_rounds, prelabel_new_documents, request_prelabeling
from modelops.registry.models import ModelVersion
from modelops.registry.services import NewVersion, promote, register
from modelops.work.models import WorkState
from modelops.work.services import STALE_AFTER, claim, end_slice, is_mine
from tests import make
from tests.conftest import Messages

pytestmark = pytest.mark.django_db


def in_production() -> tuple[Project, ModelVersion]:
    project = make.project()
    version = register(project_id=project.pk, new=NewVersion("1/1", "0" * 64, "e", 10))
    promote(version, user=None)
    project.refresh_from_db()
    return project, version


def rows_of(version: ModelVersion) -> QuerySet[Prelabeling]:
    return Prelabeling.objects.filter(version=version)


def test_new_documents_take_the_work_up_again_and_stop_the_slice_under_way() -> None:
    project, version = in_production()
    request_prelabeling(version.pk)
    slice_ = claim(rows_of(version))
    assert slice_ is not None
    make.document(project)

    prelabel_new_documents(project.pk)

    assert not is_mine(slice_, done=1)
    assert not end_slice(slice_, WorkState.SUCCEEDED)
    row = Prelabeling.objects.get()
    assert (row.state, row.total, row.done) == (WorkState.QUEUED, 1, 0)


def test_work_is_claimed_by_one_worker_until_it_falls_silent() -> None:
    _, version = in_production()
    request_prelabeling(version.pk)

    first = claim(rows_of(version))

    assert first is not None
    assert claim(rows_of(version)) is None
    Prelabeling.objects.update(heartbeat_at=timezone.now() - 2 * STALE_AFTER)
    assert claim(rows_of(version)) is not None
    assert not is_mine(first, done=1)


def test_the_rounds_send_lost_work_again_once(sent_messages: Messages) -> None:
    _, version = in_production()
    request_prelabeling(version.pk)
    Prelabeling.objects.update(created_at=timezone.now() - timedelta(seconds=10))

    make_rounds()
    make_rounds()

    assert sent_messages == [("modelops.tasks.prelabel", (version.pk,))]


def test_a_project_without_a_version_answers_no_texts() -> None:
    with pytest.raises(NoVersion):
        ask(make.project(), ["text"])

    assert not PredictRequest.objects.exists()


def test_old_requests_are_cleared_away() -> None:
    project, _ = in_production()
    request = ask(project, ["text"])
    PredictRequest.objects.update(created_at=timezone.now() - timedelta(hours=2))

    make_rounds()

    assert not PredictRequest.objects.filter(pk=request.pk).exists()

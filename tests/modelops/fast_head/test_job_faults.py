"""Whatever breaks while heads are refitted costs nothing."""

from collections.abc import Sequence

import pytest
from django.core.cache import cache
from django.db import OperationalError

from annotation.events.models import Event
from annotation.predictions.models import Prediction, fast_head_source
from annotation.projects.models import Project
from annotation.queue.services import lend
from modelops.fast_head import job, memory, reading, showing
from modelops.fast_head.models import FastHead
from modelops.fast_head.services import make_rounds, request_refit
from tests import make
from tests.conftest import Messages
from tests.modelops.fast_head.rows import a_project, seen, teach

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_worker_that_died_or_a_lost_message_is_made_good_by_the_rounds(sent_messages: Messages) -> None:
    project = a_project()
    teach(project, 6)
    sent_messages.clear()

    cache.clear()
    make_rounds()
    assert ("modelops.tasks.refit", (project.pk,)) in sent_messages
    job.run(project.pk)
    sent_messages.clear()
    cache.clear()
    make_rounds()

    assert sent_messages == []


def test_a_worker_killed_in_the_middle_leaves_nothing_half_done(monkeypatch: pytest.MonkeyPatch) -> None:
    project = a_project()
    teach(project, 6)

    class Killed(BaseException):
        pass

    def killed(*_: object, **__: object) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(showing, "announce", killed)
        with pytest.raises(Killed):
            job.run(project.pk)
    assert (Prediction.objects.count(), FastHead.objects.get().refits) == (0, 0)

    monkeypatch.setattr(memory, "_held", {})
    job.run(project.pk)
    assert (FastHead.objects.get().refits, len(seen(project))) == (1, 54)


def test_a_version_promoted_meanwhile_is_not_hidden_by_what_refined_the_one_before(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    project = a_project()
    lend(project=project, user=make.member(project, "bob"), count=1)
    teach(project, 6)
    plain = showing.store

    def store(shown: Sequence[showing.Shown], *, base: int, refit: int) -> list[Prediction]:
        Project.objects.filter(pk=project.pk).update(production_version=1)
        return plain(shown, base=base, refit=refit)

    monkeypatch.setattr(showing, "store", store)
    job.run(project.pk)

    [told] = Event.objects.filter(project=project, type="prediction.updated").values_list("payload", flat=True)
    shown = Prediction.objects.get(pk=told["prediction"]["id"])
    assert shown.source.startswith(fast_head_source(1))
    assert FastHead.objects.get().base == 1


def test_a_lost_database_is_no_failure_of_the_head(monkeypatch: pytest.MonkeyPatch) -> None:
    project = a_project()
    teach(project, 6)

    def gone(*_: object) -> None:
        raise OperationalError("the server closed the connection unexpectedly")

    with monkeypatch.context() as patch:
        patch.setattr(reading, "gold_state", gone)
        with pytest.raises(OperationalError):
            job.run(project.pk)
    assert (FastHead.objects.get().failures, memory._held) == (0, {})

    job.run(project.pk)
    assert FastHead.objects.get().refits == 1


def test_an_error_is_kept_in_the_row_and_tried_again_later(
    monkeypatch: pytest.MonkeyPatch, sent_messages: Messages
) -> None:
    project = a_project()
    teach(project, 6)

    def broken(*_: object) -> None:
        raise ValueError("a vector of another length")

    with monkeypatch.context() as patch:
        patch.setattr(memory, "learn", broken)
        job.run(project.pk)
    head = FastHead.objects.get()
    assert (head.failures, head.error) == (1, "a vector of another length")
    sent_messages.clear()
    make_rounds()
    assert sent_messages == []

    job.run(project.pk)
    assert (FastHead.objects.get().failures, FastHead.objects.get().error) == (0, "")


def test_a_project_that_turned_it_off_sees_versions_only(sent_messages: Messages) -> None:
    project = a_project()
    teach(project, 6)
    job.run(project.pk)
    Project.objects.filter(pk=project.pk).update(fast_head="off")
    sent_messages.clear()

    request_refit(project.pk)
    make_rounds()
    job.run(project.pk)

    assert sent_messages == []
    assert seen(project) == {}

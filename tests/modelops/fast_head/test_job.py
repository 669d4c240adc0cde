"""A correction reaches what other people see: with stored vectors and the real job."""

from typing import Any

import numpy as np
import pytest
from django.core.cache import cache
from django.db import OperationalError, connection, transaction

from annotation.annotations.gold import withdraw_gold
from annotation.documents.models import Document
from annotation.events.models import Event
from annotation.events.services import lock_order
from annotation.predictions.models import Prediction
from annotation.projects.models import Project
from annotation.queue.services import lend
from modelops.fast_head import job, reading, showing
from modelops.fast_head.comparing import Comparison
from modelops.fast_head.models import FastHead
from modelops.fast_head.services import keep_tuning, make_rounds, request_refit
from modelops.live.models import EmbeddingWork
from modelops.live.services import store
from modelops.live.similar import to_bytes
from modelops.registry.models import ModelVersion
from modelops.training.dataset import is_test
from modelops.work.models import WorkState
from tests import make
from tests.conftest import Messages

pytestmark = pytest.mark.django_db(transaction=True)

KEY = "tiny@1"
LABELS = ("billing", "delivery")
SETS: list[dict[str, Any]] = [{"name": "Topic", "kind": "choice", "labels": LABELS}]  # Any: fields of a label set


@pytest.fixture(autouse=True)
def _no_memory_and_no_encoder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(job, "_memories", {})
    monkeypatch.setattr(job, "_names", lambda project, shapes: {})


def vector(label: str, seed: int) -> np.ndarray[Any, Any]:
    point = np.eye(8)[LABELS.index(label)] + 0.2 * np.random.default_rng(seed).normal(size=8) + 1.0
    small: np.ndarray[Any, Any] = point.astype(np.float32)
    return small


def a_project(count: int = 60, **settings: Any) -> Project:  # Any: fields of a project
    """Texts of two kinds in turn, embedded, without gold."""
    project = make.project(label_sets=SETS, encoder="tiny", **settings)
    vectors = {}
    for number in range(count):
        label = LABELS[number % 2]
        document = make.document(project, f"{label} {number}", priority=1 - number / 1000)
        vectors[document.text_sha256] = to_bytes(vector(label, number))
    store(vectors, KEY)
    EmbeddingWork.objects.create(project=project, encoder=KEY, done=count, total=count, state=WorkState.SUCCEEDED)
    return project


def truth(document: Document) -> str:
    return document.text.split()[0]


def teach(project: Project, count: int) -> list[Document]:
    """Gold for so many documents from the end of the queue."""
    chosen = list(project.documents.order_by("-pk")[:count])
    for document in chosen:
        make.gold(document, {"Topic": truth(document)})
    return chosen


def seen(project: Project) -> dict[int, Prediction]:
    ids = project.documents.filter(slots__gt=0).values_list("pk", flat=True)
    return Prediction.objects.current(ids, Project.objects.get(pk=project.pk).production_version)


def test_gold_changes_what_everybody_sees_next() -> None:
    project = a_project()
    teach(project, 10)

    job.run(project.pk)

    found = seen(project)
    right = [row.answer == {"Topic": truth(row.document)} for row in found.values()]
    assert (len(found), np.mean(right) > 0.9) == (50, True)
    head = FastHead.objects.get()
    assert (head.gold, head.refits, head.error) == (10, 1, "")
    assert {row.version for row in found.values()} == {None}
    assert all(row.is_fast_head and row.made_by == {"Topic": "centroids"} for row in found.values())


def test_a_correction_is_pushed_to_the_person_who_has_the_document_in_hand() -> None:
    project = a_project()
    bob = make.member(project, "bob")
    [assignment] = lend(project=project, user=bob, count=1)
    teach(project, 6)

    job.run(project.pk)

    events = Event.objects.filter(project=project, type="prediction.updated")
    [told] = events.values_list("payload", flat=True)
    assert told["document"] == assignment.document_id
    assert (told["prediction"]["version"], told["prediction"]["made_by"]) == ("fast_head", {"Topic": "centroids"})
    assert told["prediction"]["answer"] == {"Topic": truth(assignment.document)}


def test_what_did_not_change_is_neither_stored_nor_told_again() -> None:
    project = a_project()
    teach(project, 6)
    job.run(project.pk)
    before = Prediction.objects.count()

    job.run(project.pk)

    assert Prediction.objects.count() == before
    assert FastHead.objects.get().refits == 2


def test_test_documents_never_teach() -> None:
    project = a_project()
    teach(project, 60)
    trained = [row for row in project.documents.all() if not is_test(project.salt, row.text_key)]

    job.run(project.pk)

    head = FastHead.objects.get()
    assert 0 < len(trained) < 60
    assert (head.gold, head.figures["label_sets"]["Topic"]["gold"]) == (60, len(trained))


def test_only_new_gold_is_read_and_withdrawn_gold_is_unlearned(monkeypatch: pytest.MonkeyPatch) -> None:
    project = a_project()
    taught = teach(project, 8)
    job.run(project.pk)
    asked: list[int] = []
    plain = reading.changes_between

    def changes_between(project_id: int, after: int, until: int, encoder: str) -> list[reading.Change]:
        found = plain(project_id, after, until, encoder)
        asked.append(len(found))
        return found

    monkeypatch.setattr(reading, "changes_between", changes_between)
    with transaction.atomic():
        lock_order(project.pk)
        withdraw_gold(project.pk, [taught[0].pk])
    job.run(project.pk)

    assert asked == [1]
    assert FastHead.objects.get().gold == 7
    assert taught[0].pk not in job._memories[project.pk].heads.table


def test_gold_that_left_without_a_trace_makes_it_read_everything_anew() -> None:
    project = a_project()
    taught = teach(project, 8)
    job.run(project.pk)
    with connection.cursor() as cursor:
        for table in ("annotation_gold", "annotation_goldchange"):
            cursor.execute(f"DELETE FROM {table} WHERE document_id = %s", [taught[0].pk])

    job.run(project.pk)

    assert taught[0].pk not in job._memories[project.pk].heads.table
    assert FastHead.objects.get().gold == 7


def test_gold_whose_vector_is_missing_is_learned_when_it_comes() -> None:
    project = a_project()
    late = make.document(project, "billing late")
    while is_test(project.salt, late.text_key):
        late = make.document(project, f"billing late {late.pk}")
    make.gold(late, {"Topic": "billing"})
    job.run(project.pk)
    assert late.pk not in job._memories[project.pk].heads.table

    store({late.text_sha256: to_bytes(vector("billing", 999))}, KEY)
    job.run(project.pk)

    assert late.pk in job._memories[project.pk].heads.table


def test_a_version_in_production_answers_until_the_head_has_measured_better() -> None:
    project = a_project()
    for document in project.documents.all():
        make.prediction(document, {"Topic": "billing"}, version=1, confidence={"Topic": {"billing": 0.6}})
    ModelVersion.objects.create(project=project, number=1, encoder="tiny", path="1", sha256="0")
    Project.objects.filter(pk=project.pk).update(production_version=1)
    teach(project, 10)
    job.run(project.pk)
    assert {row.version for row in seen(project).values()} == {1}

    keep_tuning(project.pk, 1, {}, {"Topic": Comparison(40, 0.95, 0.5, 18, 0)})
    job.run(project.pk)
    assert {row.source.split("/")[1] for row in seen(project).values()} == {"1"}

    keep_tuning(project.pk, 1, {}, {"Topic": Comparison(40, 0.8, 0.9, 2, 6)})
    assert {row.version for row in seen(project).values()} == {1}
    assert Prediction.objects.filter(version=1, source="").count() == 60


def test_the_comparison_is_made_on_test_documents_that_the_version_answered() -> None:
    project = a_project(80)
    for document in project.documents.all():
        make.prediction(document, {"Topic": "billing"}, version=1, confidence={"Topic": {"billing": 0.6}})
    ModelVersion.objects.create(project=project, number=1, encoder="tiny", path="1", sha256="0")
    Project.objects.filter(pk=project.pk).update(production_version=1)
    teach(project, 70)
    job.run(project.pk)

    job.tune(project.pk)

    found = FastHead.objects.get().figures["label_sets"]["Topic"]
    tests = [row for row in project.documents.filter(gold__isnull=False) if is_test(project.salt, row.text_key)]
    assert found["comparison"]["documents"] == len(tests)
    assert found["comparison"]["own"] > found["comparison"]["rival"]
    assert found["comparison"]["rival"] == pytest.approx(np.mean([truth(row) == "billing" for row in tests]))


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

    monkeypatch.setattr(job, "_memories", {})
    job.run(project.pk)
    assert (FastHead.objects.get().refits, len(seen(project))) == (1, 54)


def test_a_lost_database_is_no_failure_of_the_head(monkeypatch: pytest.MonkeyPatch) -> None:
    project = a_project()
    teach(project, 6)

    def gone(*_: object) -> None:
        raise OperationalError("the server closed the connection unexpectedly")

    with monkeypatch.context() as patch:
        patch.setattr(reading, "gold_state", gone)
        with pytest.raises(OperationalError):
            job.run(project.pk)
    assert (FastHead.objects.get().failures, job._memories) == (0, {})

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
        patch.setattr(job, "_learn", broken)
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

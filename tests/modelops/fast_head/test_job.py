"""A correction reaches what other people see: with stored vectors and the real job."""

import numpy as np
import pytest
from django.db import connection, transaction

from annotation.annotations.gold import withdraw_gold
from annotation.events.models import Event
from annotation.events.services import lock_order
from annotation.predictions.models import Prediction
from annotation.projects.models import Project
from annotation.queue.services import lend
from modelops.evaluation.split import is_test
from modelops.fast_head import job, memory, reading
from modelops.fast_head.comparing import Comparison
from modelops.fast_head.models import FastHead
from modelops.fast_head.services import keep_tuning
from modelops.live.services import store
from modelops.live.similar import to_bytes
from modelops.registry.models import ModelVersion
from tests import make
from tests.modelops.fast_head.rows import KEY, a_project, seen, teach, truth, vector

pytestmark = pytest.mark.django_db(transaction=True)


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
    assert taught[0].pk not in memory._held[project.pk].heads.table


def test_gold_that_left_without_a_trace_makes_it_read_everything_anew() -> None:
    project = a_project()
    taught = teach(project, 8)
    job.run(project.pk)
    with connection.cursor() as cursor:
        for table in ("annotation_gold", "annotation_goldchange"):
            cursor.execute(f"DELETE FROM {table} WHERE document_id = %s", [taught[0].pk])

    job.run(project.pk)

    assert taught[0].pk not in memory._held[project.pk].heads.table
    assert FastHead.objects.get().gold == 7


def test_gold_whose_vector_is_missing_is_learned_when_it_comes() -> None:
    project = a_project()
    late = make.document(project, "billing late")
    while is_test(project.salt, late.text_key):
        late = make.document(project, f"billing late {late.pk}")
    make.gold(late, {"Topic": "billing"})
    job.run(project.pk)
    assert late.pk not in memory._held[project.pk].heads.table

    store({late.text_sha256: to_bytes(vector("billing", 999))}, KEY)
    job.run(project.pk)

    assert late.pk in memory._held[project.pk].heads.table


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

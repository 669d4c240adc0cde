"""Rankings and whoever notes doubts change the same draws in orders of their own: one at a time, or they deadlock."""

import threading
import time
from collections.abc import Callable

import pytest
from django.db import connection, transaction

from annotation.projects.models import Project
from modelops.selection.doubts import store_doubts
from modelops.selection.models import Draw
from modelops.selection.pool_rows import lock_draws
from modelops.selection.services import rank
from tests import make

pytestmark = pytest.mark.django_db(transaction=True)
WAITING = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objid = %s AND NOT granted"


def wait_for_one_who_waits(project: Project) -> None:
    end = time.monotonic() + 5
    with connection.cursor() as cursor:
        while time.monotonic() < end:
            cursor.execute(WAITING, [project.pk])
            if cursor.fetchone() == (1,):
                return
            time.sleep(0.01)
    pytest.fail("it did not wait")


@pytest.mark.parametrize(
    "change", [lambda pk, _: rank(pk), lambda pk, document: store_doubts(pk, 1, {document: {"Set": 0.5}})]
)
def test_who_waits_to_change_draws_holds_none(change: Callable[[int, int], object]) -> None:
    project = make.project(label_sets=[{"name": "Set", "kind": "choice", "labels": ["a", "b"]}])
    document = make.document(project, "text")
    rank(project.pk)
    before = Draw.objects.get()
    Draw.objects.update(probability=0.5)

    def work() -> None:
        change(project.pk, document.pk)
        connection.close()

    thread = threading.Thread(target=work)
    with transaction.atomic():
        lock_draws(project.pk)
        thread.start()
        wait_for_one_who_waits(project)
        Draw.objects.select_for_update(nowait=True).get()
    thread.join()

    after = Draw.objects.get()
    assert (after.probability, after.doubts) != (0.5, before.doubts)

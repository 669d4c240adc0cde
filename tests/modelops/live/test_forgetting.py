from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection

from annotation.projects.services import delete_project
from modelops.live import forgetting
from modelops.live.forgetting import forget_unused
from modelops.live.models import Embedding
from modelops.live.services import store
from modelops.tasks import tick
from tests import make

pytestmark = pytest.mark.django_db


def embedded(*hashes: str) -> None:
    store(dict.fromkeys(hashes, b"v"), "tiny@1")


def test_vectors_leave_with_the_last_document_that_holds_their_text() -> None:
    project, other = make.project(), make.project(manager=make.user("zoe"))
    shared, own = make.document(project, "in both"), make.document(project, "in one")
    make.document(other, "in both")
    embedded(shared.text_sha256, own.text_sha256)
    assert forget_unused() == 0

    delete_project(project=project)
    tick()

    assert [row.text_sha256 for row in Embedding.objects.all()] == [shared.text_sha256]


def test_round_by_round_every_vector_is_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forgetting, "LOOKED_AT", 2)
    kept = make.document(make.project())
    embedded(kept.text_sha256, "a", "b", "c")

    assert [forget_unused() for _ in range(2)] == [1, 2]
    assert Embedding.objects.get().text_sha256 == kept.text_sha256
    embedded("d")
    assert sum(forget_unused() for _ in range(3)) == 1


def test_a_round_costs_two_queries_and_none_reads_every_document(django_assert_num_queries: Any) -> None:
    cache.delete(forgetting.CURSOR)
    document = make.document(make.project())
    embedded(document.text_sha256, "a")

    with django_assert_num_queries(2):
        forget_unused()

    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("EXPLAIN SELECT 1 FROM annotation_document WHERE text_sha256 = %s", [document.text_sha256])
        assert "document_by_sha256" in str(cursor.fetchall())

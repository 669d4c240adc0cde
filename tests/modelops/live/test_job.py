"""Embedding a project's texts slice by slice, with a tiny encoder."""

import time
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest
from django.utils import timezone

from annotation.documents.models import Document
from annotation.projects.models import Project
from modelops.engine.embedding import Embedder
from modelops.engine.states import Floats
from modelops.live import job
from modelops.live.models import Embedding, EmbeddingWork
from modelops.live.services import make_rounds, request_embedding, similar_to
from modelops.live.similar import STORED
from modelops.work.models import WorkState
from modelops.work.services import STALE_AFTER
from tests import make
from tests.conftest import Messages

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def embedded_texts(tiny_encoder: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every text that goes through the encoder, in order."""
    seen: list[str] = []
    plain = Embedder.embed

    def embed(self: Embedder, texts: Sequence[str]) -> Floats:
        seen.extend(texts)
        return plain(self, texts)

    monkeypatch.setattr(Embedder, "embed", embed)
    monkeypatch.setattr(job, "prepare", lambda name: tiny_encoder)
    monkeypatch.setattr(job, "_loaded", {})
    return seen


def project_of(*texts: str) -> Project:
    project = make.project()
    for text in texts:
        make.document(project, text)
    request_embedding(project)
    return project


def test_what_comes_next_is_first_and_equal_texts_go_through_the_encoder_once(embedded_texts: list[str]) -> None:
    project = project_of("anna lost card", "refund late", "anna lost card", "pay", "anna lost card")

    job.run(project.pk)

    assert embedded_texts == ["anna lost card", "refund late", "pay"]
    work = EmbeddingWork.objects.get()
    assert (work.state, work.done, work.total, work.encoder) == (WorkState.SUCCEEDED, 5, 5, "tiny@1")
    vectors = {row.text_sha256: np.frombuffer(row.vector, dtype=STORED) for row in Embedding.objects.all()}
    assert {len(vector) for vector in vectors.values()} == {32}
    assert len({vector.tobytes() for vector in vectors.values()}) == 3


def test_what_another_project_has_embedded_is_not_embedded_again(embedded_texts: list[str]) -> None:
    job.run(project_of("anna lost card", "pay").pk)
    other = make.project(manager=make.user("zoe"))
    make.document(other, "pay")
    request_embedding(other)
    embedded_texts.clear()

    job.run(other.pk)

    assert embedded_texts == []
    assert EmbeddingWork.objects.get(project=other).state == WorkState.SUCCEEDED


def test_a_slice_ends_after_its_time_and_the_next_message_goes_on(
    embedded_texts: list[str], monkeypatch: pytest.MonkeyPatch, sent_messages: Messages
) -> None:
    monkeypatch.setattr(job, "BATCH", 1)
    project = project_of("anna lost card", "pay")
    sent_messages.clear()

    with monkeypatch.context() as patch:
        # A batch that takes as long as a slice may.
        plain = job._embed
        now = [time.monotonic()]
        patch.setattr("time.monotonic", lambda: now[0])

        def embed_slowly(embedder: Embedder, documents: list[Document]) -> None:
            plain(embedder, documents)
            now[0] += job.SLICE_SECONDS

        patch.setattr(job, "_embed", embed_slowly)
        job.run(project.pk)
    work = EmbeddingWork.objects.get()
    assert (work.state, work.done, work.total) == (WorkState.QUEUED, 1, 2)
    assert sent_messages == [("modelops.tasks.refit", (project.pk,)), ("modelops.tasks.embed", (project.pk,))]

    job.run(project.pk)
    assert EmbeddingWork.objects.get().state == WorkState.SUCCEEDED
    assert embedded_texts == ["anna lost card", "pay"]


def test_a_killed_slice_is_taken_over_and_nothing_is_embedded_twice(
    embedded_texts: list[str], monkeypatch: pytest.MonkeyPatch, sent_messages: Messages
) -> None:
    monkeypatch.setattr(job, "BATCH", 1)
    project = project_of("anna lost card", "refund late", "pay")

    with monkeypatch.context() as patch:
        kill_after_one_batch(patch)
        with pytest.raises(Killed):
            job.run(project.pk)
    assert (EmbeddingWork.objects.get().state, Embedding.objects.count()) == (WorkState.RUNNING, 1)

    job.run(project.pk)
    assert Embedding.objects.count() == 1

    long_ago = timezone.now() - STALE_AFTER - timedelta(seconds=1)
    EmbeddingWork.objects.update(heartbeat_at=long_ago, created_at=long_ago)
    sent_messages.clear()
    make_rounds()
    assert sent_messages == [("modelops.tasks.embed", (project.pk,))]
    job.run(project.pk)

    work = EmbeddingWork.objects.get()
    assert (work.state, work.done, work.attempt) == (WorkState.SUCCEEDED, 3, 2)
    assert embedded_texts == ["anna lost card", "refund late", "pay"]


def test_the_nearest_text_by_the_real_vectors_is_its_twin(embedded_texts: list[str]) -> None:
    project = project_of("anna lost card", "late late refund paris 9", "anna lost card")
    job.run(project.pk)
    first, _, twin = project.documents.select_related("project").order_by("pk")
    first.project.encoder = "tiny"

    found, _ = similar_to(first, count=1, only_open=False)

    assert found == [(twin.pk, 1.0)]


def test_an_encoder_that_is_missing_is_said_after_some_tries(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(job, "_loaded", {})
    project = make.project(encoder="no-such-encoder")
    make.document(project)
    request_embedding(project)

    for _ in range(5):
        job.run(project.pk)

    work = EmbeddingWork.objects.get()
    assert (work.state, "no-such-encoder" in work.error) == (WorkState.FAILED, True)


class Killed(BaseException):
    pass


def kill_after_one_batch(patch: pytest.MonkeyPatch) -> None:
    plain = job._embed
    batches: list[int] = []

    def embed(embedder: Embedder, documents: list[Document]) -> None:
        if batches:
            raise Killed
        batches.append(len(documents))
        plain(embedder, documents)

    patch.setattr(job, "_embed", embed)

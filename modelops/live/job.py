"""Embed a project's texts with its frozen encoder, a slice at a time."""

import logging
import time

from django.db.models import QuerySet

from annotation.documents.models import Document
from modelops import signals
from modelops.engine.embedding import Embedder
from modelops.live.models import EmbeddingWork
from modelops.live.services import documents_without_embedding, send_after_commit, store
from modelops.live.similar import to_bytes
from modelops.registry.job import prepare
from modelops.work.services import claim, is_mine, work_off

logger = logging.getLogger(__name__)
# Calls that people wait for stand in the same queue, so a slice is short.
SLICE_SECONDS = 2.0
BATCH = 32
# Of a very long text the beginning says what it is about; it must not hold up the queue.
MOST_CHARS = 20_000
BATCH_CHARS = 40_000

# The encoders this worker process has loaded. A prepared encoder never changes, so its name is enough.
_loaded: dict[str, Embedder] = {}


def run(project_id: int) -> None:
    """Work for a few seconds, then leave the rest to the next message."""
    row = claim(EmbeddingWork.objects.filter(project=project_id).select_related("project"))
    if row is not None:
        work_off(row, _slice, send_after_commit)


def embedder_for(name: str) -> Embedder:
    """Raises KeyError for an unknown encoder, FileNotFoundError when its package is missing."""
    if name not in _loaded:
        _loaded[name] = Embedder.load(prepare(name))
        logger.info("encoder %s loaded", name)
    return _loaded[name]


def _slice(row: EmbeddingWork) -> bool:
    """True when nothing is left to do."""
    started = time.monotonic()
    embedder = embedder_for(row.project.encoder)
    if row.encoder != embedder.key:
        EmbeddingWork.objects.filter(pk=row.pk, attempt=row.attempt).update(encoder=embedder.key)
    waiting = documents_without_embedding(row.project_id, embedder.key)
    row.total = Document.objects.filter(project=row.project_id).count()
    EmbeddingWork.objects.filter(pk=row.pk, attempt=row.attempt).update(total=row.total)
    left = waiting.count()
    while left and is_mine(row, done=row.total - left) and time.monotonic() - started < SLICE_SECONDS:
        _embed(embedder, _next(waiting))
        left = waiting.count()
    is_mine(row, done=row.total - left)
    signals.refit_requested.send(sender=EmbeddingWork, project_id=row.project_id)
    if not left:
        signals.project_embedded.send(sender=EmbeddingWork, project_id=row.project_id)
    return left == 0


def _next(waiting: QuerySet[Document]) -> list[Document]:
    """First what teaches the fast head, then what people get next, then the rest, newest first."""
    orders = (
        waiting.filter(gold__isnull=False).order_by("-pk"),
        waiting.filter(slots__gt=0).order_by("-priority", "pk"),
        waiting.order_by("-pk"),
    )
    found = (list(rows.only("text", "text_sha256")[:BATCH]) for rows in orders)
    return next((documents for documents in found if documents), [])


def _embed(embedder: Embedder, documents: list[Document]) -> None:
    """Each text once, as many as make a batch of bounded length."""
    texts: dict[str, str] = {}
    chars = 0
    for document in documents:
        text = document.text[:MOST_CHARS]
        if texts and chars + len(text) > BATCH_CHARS:
            break
        texts[document.text_sha256] = text
        chars += len(text)
    vectors = embedder.embed(list(texts.values()))
    store({sha256: to_bytes(vector) for sha256, vector in zip(texts, vectors, strict=True)}, embedder.key)

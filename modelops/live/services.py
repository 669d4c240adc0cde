"""The embedding cache of a project's texts, and what lies near a document in it."""

from collections.abc import Iterator, Mapping
from datetime import timedelta

from django.db import transaction
from django.db.models import BinaryField, Exists, OuterRef, QuerySet, Subquery
from django.utils import timezone

from annotation.documents.models import Document
from annotation.projects.models import FastHeadUse, Project
from modelops import signals
from modelops.live.models import Embedding, EmbeddingWork
from modelops.live.similar import Block, nearest
from modelops.work.models import WorkState
from modelops.work.services import resend_lost, start_anew, tell_after_commit

# A larger project is searched among its newest documents: the web process answers, and it has no more than a second.
MOST_SEARCHED = 50_000
BLOCK = 2000
# From this share on, what is still missing changes little in what lies nearest.
READY_SHARE = 0.9
RETRY_FAILED_AFTER = timedelta(minutes=1)


class NotEmbedded(Exception):
    """Nothing can be said yet; `work` tells how far the worker is."""

    def __init__(self, work: EmbeddingWork) -> None:
        super().__init__(str(work))
        self.work = work


@transaction.atomic
def request_embedding(project: Project) -> EmbeddingWork:
    """Queue the work for whatever texts have no vector of the project's encoder. A slice under way starts anew."""
    Project.objects.select_for_update(no_key=True).get(pk=project.pk)
    total = Document.objects.filter(project=project).count()
    row, is_new = EmbeddingWork.objects.get_or_create(project=project, defaults={"total": total})
    if not is_new:
        fresh = {"encoder": "", "done": 0} if _has_other_encoder(row, project) else {}
        start_anew(row, total=total, **fresh)
    send_after_commit(row)
    return row


def embed_new_documents(project_id: int) -> None:
    """After an import: where a fast head learns from it, or somebody has asked for it before."""
    project = Project.objects.get(pk=project_id)
    if project.fast_head == FastHeadUse.ON or EmbeddingWork.objects.filter(project=project).exists():
        request_embedding(project)


def send_after_commit(row: EmbeddingWork) -> None:
    tell_after_commit(signals.embedding_requested, row)


def make_rounds() -> None:
    """Send again what was queued and lost, or whose worker died."""
    resend_lost(signals.embedding_requested, EmbeddingWork.objects.all())


def documents_without_embedding(project_id: int, encoder: str) -> QuerySet[Document]:
    return Document.objects.filter(~Exists(_embeddings(encoder)), project_id=project_id)


def store(vectors: Mapping[str, bytes], encoder: str) -> None:
    """Keep vectors by the SHA-256 of their text; one that is there already stays as it is."""
    rows = [Embedding(text_sha256=sha256, encoder=encoder, vector=vector) for sha256, vector in vectors.items()]
    Embedding.objects.bulk_create(rows, ignore_conflicts=True, batch_size=500)


def similar_to(document: Document, *, count: int, only_open: bool) -> tuple[list[tuple[int, float]], EmbeddingWork]:
    """Ids of the documents nearest to this one with their cosine, nearest first; and how far the cache is filled.

    Raises NotEmbedded while most of the project's texts have no vector; the first call starts the work.
    """
    work = _work_of(document.project)
    own = Embedding.objects.filter(text_sha256=document.text_sha256, encoder=work.encoder).first()
    if own is None or work.done < READY_SHARE * work.total:
        raise NotEmbedded(work)
    documents = Document.objects.filter(project=document.project_id).exclude(pk=document.pk)
    if only_open:
        documents = documents.open()
    return nearest(bytes(own.vector), _blocks(documents, work.encoder), count), work


def _work_of(project: Project) -> EmbeddingWork:
    """The project's work, started where there is none, where it failed a while ago, or for a newly chosen encoder."""
    work = EmbeddingWork.objects.filter(project=project).first()
    if work is None or _is_outdated(work, project):
        return request_embedding(project)
    return work


def _is_outdated(work: EmbeddingWork, project: Project) -> bool:
    if work.state == WorkState.FAILED:
        return work.heartbeat_at is None or work.heartbeat_at < timezone.now() - RETRY_FAILED_AFTER
    return _has_other_encoder(work, project)


def _has_other_encoder(work: EmbeddingWork, project: Project) -> bool:
    return bool(work.encoder) and work.encoder.partition("@")[0] != project.encoder


def _blocks(documents: QuerySet[Document], encoder: str) -> Iterator[Block]:
    vector = Subquery(_embeddings(encoder).values("vector")[:1], output_field=BinaryField())
    rows = documents.order_by("-pk").annotate(vector=vector).values_list("pk", "vector")[:MOST_SEARCHED]
    ids: list[int] = []
    vectors: list[bytes] = []
    for pk, raw in rows.iterator(chunk_size=BLOCK):
        if raw is not None:
            ids.append(pk)
            vectors.append(bytes(raw))
        if len(ids) == BLOCK:
            yield ids, vectors
            ids, vectors = [], []
    if ids:
        yield ids, vectors


def _embeddings(encoder: str) -> QuerySet[Embedding]:
    return Embedding.objects.filter(text_sha256=OuterRef("text_sha256"), encoder=encoder)

"""Store the predictions of the version in production, a slice at a time, and answer `predict/` calls in between."""

import logging
import time
from collections.abc import Iterator

from django.db.models import Q
from django.db.models.functions import Length

from annotation.documents.models import Document
from annotation.events.services import publish_mixed
from annotation.queue.services import count_open
from modelops import signals
from modelops.engine.serving import Predictor
from modelops.prelabeling.models import PredictRequest, Prelabeling
from modelops.prelabeling.services import send_after_commit
from modelops.registry.job import predict_and_store, predictor_for
from modelops.registry.models import ModelVersion, Stage
from modelops.registry.predictions import documents_without, lent_document_ids, updates_for
from modelops.registry.services import production_of
from modelops.selection.doubts import doubts_of, store_doubts
from modelops.work.services import claim, finish, is_mine, work_off

logger = logging.getLogger(__name__)
# `predict/` calls wait in the same queue, so a slice is short.
SLICE_SECONDS = 2.0
BATCH = 32
BATCH_CHARS = 40_000
LENT_BATCH = 8
SLICE_DOCUMENTS = 1000


def run(version_id: int) -> None:
    """Work for a few seconds, then leave the rest to the next message."""
    row = claim(Prelabeling.objects.filter(version_id=version_id).select_related("version__project"))
    if row is not None:
        work_off(row, _slice, send_after_commit)


def _slice(row: Prelabeling) -> bool:
    """True when nothing is left to do."""
    version = row.version
    if version.stage != Stage.PRODUCTION:
        return True
    predictor = predictor_for(version)
    stored = _answer(row, predictor)
    if stored:
        signals.predictions_stored.send(sender=Prelabeling, version_id=version.pk, document_ids=stored)
        publish_mixed(version.project_id, [("queue.changed", {"open": count_open(version.project_id)})])
    is_done = not documents_without(version.project_id, version.number).exists()
    if is_done and is_mine(row, done=row.total):
        signals.predictions_stored.send(sender=Prelabeling, version_id=version.pk, document_ids=None)
    return is_done


def _answer(row: Prelabeling, predictor: Predictor) -> list[int]:
    """Answer documents until the slice's time is over; the ids of those answered."""
    started = time.monotonic()
    batches = _batches(row.version)
    stored = _answer_lent(row.version, predictor)
    for batch in batches:
        if not is_mine(row, done=min(row.done + len(stored), row.total)):
            break
        if time.monotonic() - started > SLICE_SECONDS:
            break
        fresh = [pk for pk in batch if pk not in stored]
        _predict(row.version, predictor, list(Document.objects.filter(pk__in=fresh)))
        stored += fresh
        # Somebody may have been lent a document that was not answered yet: theirs come first.
        stored += _answer_lent(row.version, predictor)
    return stored


def _predict(version: ModelVersion, predictor: Predictor, documents: list[Document]) -> None:
    """Store the predictions, and with them how unsure the version is: the next ranking reads that."""
    answers = predict_and_store(version, predictor, documents)
    kinds = {head.name: str(head.kind) for head in predictor.checkpoint.heads}
    doubts = {
        document.pk: doubts_of(kinds, predicted.confidence, predicted.begins)
        for document, predicted in zip(documents, answers, strict=True)
    }
    store_doubts(version.project_id, version.number, doubts)


def _batches(version: ModelVersion) -> Iterator[list[int]]:
    """Documents in queue order, open ones first, in batches of a bounded number and length."""
    waiting = documents_without(version.project_id, version.number).annotate(
        is_open=Q(slots__gt=0), chars=Length("text")
    )
    batch: list[int] = []
    chars = 0
    rows = waiting.order_by("-is_open", "-priority", "pk").values_list("pk", "chars")
    for document_id, length in rows[:SLICE_DOCUMENTS]:
        if batch and (len(batch) == BATCH or chars + length > BATCH_CHARS):
            yield batch
            batch, chars = [], 0
        batch.append(document_id)
        chars += length
    if batch:
        yield batch


def _answer_lent(version: ModelVersion, predictor: Predictor) -> list[int]:
    """Answer what lies open before people, and show it there at once."""
    lent = lent_document_ids(version.project_id)
    missing = list(documents_without(version.project_id, version.number).filter(pk__in=lent))
    for start in range(0, len(missing), LENT_BATCH):
        documents = missing[start : start + LENT_BATCH]
        _predict(version, predictor, documents)
        publish_mixed(version.project_id, updates_for(version.number, [document.pk for document in documents]))
    return [document.pk for document in missing]


def answer(request_id: int) -> None:
    """Answer one `predict/` call, or say why it can't be answered. Doing it twice is harmless."""
    request = PredictRequest.objects.select_related("project").filter(pk=request_id, finished_at=None).first()
    if request is None:
        return
    version = production_of(request.project)
    result: dict[str, object] | None = None
    error = ""
    try:
        if version is None:
            error = "no_version"
        else:
            predicted = predictor_for(version).predict(request.texts)
            rows = [{"answer": one.answer, "confidence": one.confidence} for one in predicted]
            result = {"version": version.number, "predictions": rows}
    except ValueError as problem:
        logger.warning("predict request %s: %s", request_id, problem)
        error = str(problem)
    finish(request, result=result, error=error)

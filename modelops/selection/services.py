"""Put a project's queue in the order in which labeling teaches most."""

from collections.abc import Mapping, Sequence
from datetime import timedelta

import numpy as np
from django.db import connection, transaction
from django.db.models import Count, F, FloatField
from django.db.models.fields.json import KT
from django.db.models.functions import Cast
from django.utils import timezone

from annotation.annotations.models import Gold
from annotation.documents.models import URGENT
from annotation.predictions.models import Prediction
from annotation.projects.models import LabelSet, Project
from modelops import signals
from modelops.live.models import EmbeddingWork
from modelops.live.services import request_embedding
from modelops.selection.doubts import doubts_of, kinds_of, read_missing, store_doubts
from modelops.selection.labeled import Embed, labeled_of
from modelops.selection.models import Draw, Ranking
from modelops.selection.order import Mix, Order, batch_after, in_order
from modelops.selection.policy import FUNCTIONS, Decision, Facts, Question, decide
from modelops.selection.pool import Floats, Pool, Rows, no_vectors
from modelops.selection.pool_rows import Waiting, lock_draws, store_draws, store_places, waiting_documents
from modelops.selection.uncertainty import ranks
from modelops.selection.vectors import ready_encoder, vectors_of
from modelops.work.models import WorkState
from modelops.work.services import resend_lost, start_anew, tell_after_commit

# A smaller project is labeled as a whole before an order by clusters would pay for its embedding.
FEWEST_EMBEDDED = 200
# Reasons under which vectors would make the next order a better one.
WANT_VECTORS = ("not_embedded", "spans_start", "spans")
# Doubts of a fast head that refines no version are kept under this number.
NO_VERSION = 0
# While a version answers document after document.
RANKED_AGAIN_AFTER = timedelta(seconds=30)


def note_predictions(version_id: int, document_ids: Sequence[int] | None) -> None:
    """A version has answered these documents, or all of its project: the queue may have to be put in order anew."""
    found = Project.objects.filter(versions__pk=version_id).values_list("pk", "production_version").first()
    if found is None:
        return
    project_id, version = found
    if version is None:
        return
    if document_ids is not None:
        rows = Prediction.objects.filter(document_id__in=document_ids, version=version, source="")
        rows = rows.exclude(document__draw__version=version)
        kinds = kinds_of(project_id)
        doubts = {pk: doubts_of(kinds, sure) for pk, sure in rows.values_list("document_id", "confidence")}
        store_doubts(project_id, version, doubts)
        fresh = timezone.now() - RANKED_AGAIN_AFTER
        if Ranking.objects.filter(project=project_id, ranked_at__gt=fresh).exists():
            return
    request_ranking(project_id)


@transaction.atomic
def request_ranking(project_id: int) -> Ranking:
    """Queue the work; one that waits already is enough."""
    row, is_new = Ranking.objects.select_for_update().get_or_create(project_id=project_id)
    if not is_new and row.state != WorkState.QUEUED:
        start_anew(row)
    send_after_commit(row)
    return row


def rank_if_due(project_id: int) -> None:
    """After gold has changed: once people have labeled about a batch since the last ranking."""
    row = Ranking.objects.filter(project=project_id).first()
    gold = Gold.objects.filter(project=project_id).count()
    if row is None or abs(gold - row.facts.get("gold", 0)) >= batch_after(row.function):
        request_ranking(project_id)


def send_after_commit(row: Ranking) -> None:
    tell_after_commit(signals.ranking_requested, row)


def make_rounds() -> None:
    """Send again what was lost, and rank where a manager has changed how the queue is ordered."""
    ranked = Ranking.objects.filter(state=WorkState.SUCCEEDED).annotate(
        setting=KT("facts__setting"), share=Cast(KT("facts__share"), FloatField())
    )
    changed = ranked.exclude(setting=F("project__selection"), share=F("project__random_share"))
    for project_id in list(changed.values_list("project_id", flat=True)):
        request_ranking(project_id)
    resend_lost(signals.ranking_requested, Ranking.objects.all())


def rank(project_id: int, embed: Embed | None = None) -> Decision:
    """Place all open documents now, and keep how each came to its place. `embed`: for the words of labels."""
    project = Project.objects.get(pk=project_id)
    version = project.production_version or NO_VERSION
    if version != NO_VERSION:
        read_missing(project_id, version)
    questions = _questions(project_id)
    waiting = waiting_documents(project_id, version, [question.name for question in questions])
    encoder = ready_encoder(project_id, project.encoder)
    gold = Gold.objects.filter(project=project_id).count()
    facts = Facts(questions, gold, has_vectors=bool(encoder), has_doubts=waiting.has_doubts)
    decision = decide(project.selection, facts)
    share = 1.0 if decision.function == "random" else project.random_share
    pool = _pool(project, waiting, decision, encoder, embed)
    order = in_order(pool, waiting.ids.tolist(), FUNCTIONS[decision.function], Mix(share, project.salt, gold))
    with transaction.atomic(savepoint=False):
        lock_draws(project_id)
        store_places(waiting, order)
        store_draws(waiting, order, decision.function, share)
        _note(project, decision, facts, order)
    if not facts.has_vectors and decision.reason in WANT_VECTORS and len(waiting.ids) >= FEWEST_EMBEDDED:
        _embed_once(project)
    return decision


def _note(project: Project, decision: Decision, facts: Facts, order: Order) -> None:
    size = len(order.places)
    noted = {
        "setting": project.selection,
        "share": project.random_share,
        "gold": facts.gold,
        "version": project.production_version,
        "label_sets": list(decision.label_sets),
        "labels": {question.name: question.labels for question in facts.questions},
        "trusted": list(order.trusted),
    }
    values = {"function": decision.function, "reason": decision.reason, "facts": noted, "total": size, "done": size}
    Ranking.objects.update_or_create(project=project, defaults={**values, "ranked_at": timezone.now()})


def _embed_once(project: Project) -> None:
    if not EmbeddingWork.objects.filter(project=project).exists():
        request_embedding(project)


def _questions(project_id: int) -> tuple[Question, ...]:
    rows = LabelSet.objects.filter(project=project_id).annotate(size=Count("labels")).order_by("position", "id")
    return tuple(Question(*row) for row in rows.values_list("name", "kind", "size"))


def _pool(project: Project, waiting: Waiting, decision: Decision, encoder: str, embed: Embed | None) -> Pool:
    doubts = {name: waiting.doubts[name] for name in decision.label_sets}
    said = {name: values for name, values in doubts.items() if np.isfinite(values).any()}

    def vectors(rows: Rows) -> Floats:
        return vectors_of(waiting.ids[rows].tolist(), encoder)

    def probabilities(rows: Rows) -> Mapping[str, Floats]:
        return _probabilities(project, waiting.ids[rows].tolist(), decision.label_sets)

    if not encoder or decision.function not in ("covering", "typical", "core_set"):
        return Pool(len(waiting.ids), said, vectors if encoder else no_vectors, probabilities=probabilities)
    labeled, words = labeled_of(project, encoder, embed if decision.function == "covering" else None)
    return Pool(len(waiting.ids), said, vectors, labeled, probabilities, words)


def _probabilities(project: Project, document_ids: Sequence[int], label_sets: Sequence[str]) -> dict[str, Floats]:
    """Of the choices among these label sets, from the predictions in production; a document without one: zeros."""
    rows = Prediction.objects.filter(document_id__in=document_ids, version=project.production_version, source="")
    found = dict(rows.values_list("document_id", "confidence"))
    choices = LabelSet.objects.filter(project=project, name__in=label_sets, kind="choice").prefetch_related("labels")
    made: dict[str, Floats] = {}
    for label_set in choices:
        columns = {label.name: place for place, label in enumerate(label_set.labels.all())}
        matrix = np.zeros((len(document_ids), len(columns)), dtype=np.float32)
        for row, pk in enumerate(document_ids):
            for name, value in found.get(pk, {}).get(label_set.name, {}).items():
                if name in columns:
                    matrix[row, columns[name]] = value
        made[label_set.name] = matrix
    return made


@transaction.atomic
def rerank_next(project_id: int, doubts: Mapping[int, Mapping[str, float]]) -> int:
    """Give these open documents each other's places by new doubts, most doubtful first; how many have moved.

    For a refit within a second: what was drawn at random, and what a manager put first or last, stays where it is.
    """
    ranking = Ranking.objects.filter(project=project_id).first()
    names = ranking.facts.get("label_sets", []) if ranking else []
    drawn = Draw.objects.filter(document__in=list(doubts), is_random=False, document__state="new", document__urgency=0)
    drawn = drawn.exclude(function__in=("covering", "typical")).order_by("-document__priority", "document_id")
    rows = list(drawn.values_list("document_id", "document__priority"))
    if not names or len(rows) < 2:
        return 0
    columns = [np.array([doubts[pk].get(name, np.nan) for pk, _ in rows], dtype=np.float32) for name in names]
    places = sorted((place for _, place in rows), reverse=True)
    order = np.argsort(-np.sum([ranks(column) for column in columns], axis=0), kind="stable")
    moved = [(rows[row][0], place) for row, place in zip(order, places, strict=True) if rows[row][1] != place]
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE annotation_document AS document SET priority = new.place
            FROM unnest(%s::bigint[], %s::float8[]) AS new(id, place)
            WHERE document.id = new.id AND document.slots > 0 AND document.priority < %s
            """,
            [[pk for pk, _ in moved], [place for _, place in moved], URGENT / 2],
        )
    return len(moved)

"""Make the list of suspicious gold from stored embeddings. No model is loaded for it."""

from collections.abc import Callable

import numpy as np
from django.utils.translation import gettext as _

from annotation.annotations.models import Gold, Source
from annotation.projects.models import Kind
from modelops.evaluation.metrics import is_answered
from modelops.live.models import Embedding, EmbeddingWork
from modelops.live.similar import STORED
from modelops.suspects.likelihood import Doubted, Vectors, doubted_choices, doubted_sets
from modelops.suspects.models import Suspect, SuspectWork
from modelops.suspects.services import send_after_commit, store_suspects
from modelops.training.dataset import LabelSetShape, last_change, shapes_of
from modelops.work.services import claim, is_mine, work_off

# The newest gold; comparing more takes minutes and finds little else.
MOST_GOLD = 5_000
MOST_KEPT = 200
FEWEST_GOLD = 20
# Of the gold whose texts have a vector; below this the list would say little.
READY_SHARE = 0.9


class NotEmbedded(Exception):
    """Most texts have no vector yet; the work is tried again by and by."""


class Superseded(Exception):
    """Another worker or a new request has taken over."""


def run(project_id: int) -> None:
    row = claim(SuspectWork.objects.filter(project=project_id))
    if row is not None:
        work_off(row, _slice, send_after_commit)


def _slice(row: SuspectWork) -> bool:
    """True when nothing is left to do."""
    change = last_change(row.project_id)
    golds, vectors = _read(row.project_id)
    done = 0

    def check() -> None:
        if not is_mine(row, done=done):
            raise Superseded

    try:
        for shape in shapes_of(row.project_id):
            store_suspects(row.project_id, shape.name, _suspects(shape, golds, vectors, check))
            done += 1
    except Superseded:
        return True
    SuspectWork.objects.filter(pk=row.pk).update(change=change, total=len(golds))
    return True


def _read(project_id: int) -> tuple[list[Gold], Vectors]:
    """Gold from people with its vectors, row by row. Raises NotEmbedded."""
    rows = Gold.objects.filter(project=project_id).exclude(source=Source.AUTO_ACCEPT)
    golds = list(rows.select_related("document").order_by("-document_id")[:MOST_GOLD])
    work = EmbeddingWork.objects.filter(project=project_id).first()
    wanted = [gold.document.text_sha256 for gold in golds]
    stored = Embedding.objects.filter(encoder=work.encoder if work else "", text_sha256__in=wanted)
    vectors = {sha256: bytes(raw) for sha256, raw in stored.values_list("text_sha256", "vector")}
    known = [gold for gold in golds if gold.document.text_sha256 in vectors]
    if len(known) < READY_SHARE * len(golds):
        raise NotEmbedded(_("The texts are being embedded; the list is made when most of them are."))
    raw = b"".join(vectors[gold.document.text_sha256] for gold in known)
    return known, np.frombuffer(raw, dtype=STORED).astype(np.float32).reshape(len(known), -1)


def _suspects(shape: LabelSetShape, golds: list[Gold], vectors: Vectors, check: Callable[[], None]) -> list[Suspect]:
    rows = [place for place, gold in enumerate(golds) if is_answered(shape.kind, gold.answer.get(shape.name))]
    if shape.kind == Kind.SPAN or len(rows) < FEWEST_GOLD:
        return []
    values = [golds[place].answer[shape.name] for place in rows]
    found: list[Doubted]
    if shape.kind == Kind.CHOICE:
        found = doubted_choices(vectors[rows], values, check=check)
    else:
        found = doubted_sets(vectors[rows], values, shape.labels, check=check)
    return [
        Suspect(
            project_id=golds[rows[one.row]].project_id,
            document_id=golds[rows[one.row]].document_id,
            label_set=shape.name,
            given=one.given,
            suggested=one.suggested,
            likelihood=one.likelihood,
        )
        for one in found[:MOST_KEPT]
    ]

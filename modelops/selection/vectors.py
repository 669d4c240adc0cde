"""Embeddings of a project's documents, for functions that look at distances."""

from collections.abc import Sequence

import numpy as np
from django.db import connection

from modelops.live.models import EmbeddingWork
from modelops.live.services import READY_SHARE
from modelops.live.similar import STORED
from modelops.selection.pool import Floats

_READ = """
    SELECT document.id, embedding.vector FROM annotation_document AS document
    JOIN modelops_embedding AS embedding
        ON embedding.text_sha256 = document.text_sha256 AND embedding.encoder = %s
    WHERE document.id = ANY(%s)
"""


def ready_encoder(project_id: int, encoder: str) -> str:
    """The key under which nearly all of the project's texts have vectors of its encoder, or nothing."""
    work = EmbeddingWork.objects.filter(project=project_id).first()
    if work is None or work.encoder.partition("@")[0] != encoder or not work.total:
        return ""
    return work.encoder if work.done >= READY_SHARE * work.total else ""


def vectors_of(document_ids: Sequence[int], encoder: str) -> Floats:
    """[documents, hidden] in the order of the ids; zeros for a text without a vector."""
    with connection.cursor() as cursor:
        cursor.execute(_READ, [encoder, list(document_ids)])
        found = {pk: np.frombuffer(bytes(raw), dtype=STORED) for pk, raw in cursor.fetchall()}
    hidden = len(next(iter(found.values()))) if found else 1
    vectors: Floats = np.zeros((len(document_ids), hidden), dtype=np.float32)
    for row, pk in enumerate(document_ids):
        if pk in found:
            vectors[row] = found[pk]
    return vectors

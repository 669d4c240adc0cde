"""How unsure a version is about each document, kept as plain numbers: ranking 100,000 reads no predictions."""

import json
from collections.abc import Mapping, Sequence

from django.db import connection, transaction

from annotation.predictions.models import Prediction
from annotation.projects.models import LabelSet
from modelops.selection.pool_rows import lock_draws
from modelops.selection.uncertainty import doubt, uncertain_begins

# A version that came back brings predictions without doubts; so many are read at one ranking.
MOST_READ = 20_000

_STORE = """
    INSERT INTO modelops_draw (document_id, is_random, probability, function, group_size, version, doubts, changed_at)
    SELECT new.id, false, 0, '', 0, %s, new.doubts, now()
    FROM unnest(%s::bigint[], %s::jsonb[]) AS new(id, doubts)
    JOIN annotation_document AS document ON document.id = new.id
    ON CONFLICT (document_id) DO UPDATE SET version = excluded.version, doubts = excluded.doubts
"""


def doubts_of(
    kinds: Mapping[str, str], confidence: Mapping[str, object], begins: Mapping[str, Sequence[float]] | None = None
) -> dict[str, float]:
    """One document's doubt by label set. `begins`: of span sets, at each token whether one begins."""
    found = {name: doubt(kind, confidence.get(name)) for name, kind in kinds.items()}
    found |= {name: uncertain_begins(values) for name, values in (begins or {}).items() if name in kinds}
    return {name: round(value, 7) for name, value in found.items() if value is not None}


@transaction.atomic
def store_doubts(project_id: int, version: int, doubts: Mapping[int, Mapping[str, float]]) -> None:
    """Keep what this version said, by document; what an earlier one said goes."""
    lock_draws(project_id)
    with connection.cursor() as cursor:
        cursor.execute(_STORE, [version, list(doubts), [json.dumps(values) for values in doubts.values()]])


def read_missing(project_id: int, version: int) -> int:
    """Take the doubts of open documents from the version's stored predictions, where none are kept; how many."""
    rows = (
        Prediction.objects.filter(document__project=project_id, document__slots__gt=0, version=version, source="")
        .exclude(document__draw__version=version)
        .order_by("-document__priority", "document_id")
    )
    kinds = kinds_of(project_id)
    found = {
        document_id: doubts_of(kinds, confidence)
        for document_id, confidence in rows.values_list("document_id", "confidence")[:MOST_READ].iterator()
    }
    if found:
        store_doubts(project_id, version, found)
    return len(found)


def kinds_of(project_id: int) -> dict[str, str]:
    return dict(LabelSet.objects.filter(project=project_id).values_list("name", "kind"))

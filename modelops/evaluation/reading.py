"""Read what `facts.py` and `learned.py` want to know about documents."""

from collections.abc import Sequence

from django.db.models.functions import Left, Length

from annotation.annotations.models import Gold
from annotation.documents.models import Document
from modelops.evaluation.facts import Facts

# Enough of a text to tell its script.
START_CHARS = 400
SLICE = 5_000


def facts_of(ids: Sequence[int]) -> list[Facts]:
    """In the order given; a document that is gone has no facts but its id."""
    found: dict[int, Facts] = {}
    for first in range(0, len(ids), SLICE):
        some = ids[first : first + SLICE]
        sources = dict(Gold.objects.filter(document_id__in=some).values_list("document_id", "source"))
        rows = Document.objects.filter(pk__in=some).annotate(chars=Length("text"), start=Left("text", START_CHARS))
        for pk, meta, chars, start in rows.values_list("pk", "meta", "chars", "start"):
            found[pk] = Facts(pk, meta, chars, start, sources.get(pk, ""))
    return [found.get(pk) or Facts(pk, {}, 0, "", "") for pk in ids]


def people_of(ids: Sequence[int]) -> list[int | None]:
    """Who gave the gold of these documents, as it stands now; None for imported gold."""
    found: dict[int, int | None] = {}
    for first in range(0, len(ids), SLICE):
        rows = Gold.objects.filter(document_id__in=ids[first : first + SLICE])
        found.update(rows.values_list("document_id", "by_id"))
    return [found.get(pk) for pk in ids]

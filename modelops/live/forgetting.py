"""Vectors of texts that no document holds any more: deleted projects and erased documents leave none behind."""

from django.core.cache import cache
from django.db.models import Exists, OuterRef

from annotation.documents.models import Document
from modelops.live.models import Embedding

# Looked at by every tick; each text is one look into an index, so a round takes some milliseconds.
LOOKED_AT = 1000
CURSOR = "embeddings:looked_at"


def forget_unused() -> int:
    """Look at the next vectors in turn and delete those without a document; how many. The first follow the last."""
    after = cache.get(CURSOR, 0)
    ids = list(Embedding.objects.filter(pk__gt=after).order_by("pk").values_list("pk", flat=True)[:LOOKED_AT])
    cache.set(CURSOR, ids[-1] if len(ids) == LOOKED_AT else 0, None)
    if not ids:
        return 0
    held = Document.objects.filter(text_sha256=OuterRef("text_sha256"))
    return Embedding.objects.filter(~Exists(held), pk__in=ids).delete()[0]

"""The near-duplicates of a document, and what differs in each."""

from dataclasses import dataclass

from annotation.answers.alignment import aligned
from annotation.bulk.opening import sort_out
from annotation.documents.models import Document
from annotation.documents.near_duplicates import shingles, similarity
from annotation.people.models import User

MAX_SHOWN = 50
# Longer texts are shown without their differences.
_COMPARED_CHARS = 20_000

Pieces = list[dict[str, str]]


@dataclass(frozen=True, slots=True)
class NearDuplicate:
    """`pieces`: the text in order, each piece `same`, `added` or `removed` against the first document."""

    document: Document
    similarity: float
    is_equal_text: bool
    is_open: bool
    pieces: Pieces


def near_duplicates(document: Document, user: User) -> list[NearDuplicate]:
    """At most MAX_SHOWN, those open to this person first, the most similar first among them."""
    if not document.near_group:
        return []
    group = Document.objects.filter(near_group=document.near_group, near_group__gt=0, project_id=document.project_id)
    others = list(group.exclude(pk=document.pk).order_by("-slots", "id")[:MAX_SHOWN])
    opened, _ = sort_out(document.project, user, others)
    open_ids = {row.document.pk for row in opened}
    own = shingles(document.text)
    found = [
        NearDuplicate(
            other,
            1.0 if other.text == document.text else round(similarity(own, shingles(other.text)), 4),
            other.text == document.text,
            other.pk in open_ids,
            pieces_of(document.text, other.text),
        )
        for other in others
    ]
    return sorted(found, key=lambda row: (not row.is_open, -row.similarity, row.document.pk))


def pieces_of(text: str, other: str) -> Pieces:
    """What was removed from `text` and added to make `other`, in reading order; empty for texts too long."""
    if max(len(text), len(other)) > _COMPARED_CHARS:
        return []
    if text == other:
        return [{"kind": "same", "text": other}]
    pieces: Pieces = []
    for row in aligned(text, other):
        ours, theirs = text[row.start : row.end], other[row.other_start : row.other_end]
        if row.kind == "same":
            pieces.append({"kind": "same", "text": theirs})
        else:
            pieces += [{"kind": "removed", "text": ours}] if ours else []
            pieces += [{"kind": "added", "text": theirs}] if theirs else []
    return pieces

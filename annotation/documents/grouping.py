"""Group a project's near-duplicates, some hundred documents at a time. The work left is what `near_group` is null for.

The cost of a slice does not grow with the project: a key leads to one document at most, the first that had it.
"""

import time
from collections.abc import Iterable, Mapping, Sequence
from math import inf

from django.db import connection, transaction

from annotation.documents.models import Document, NearKey
from annotation.documents.near_duplicates import THRESHOLD, Shingles, band_keys, shingles, similarity
from annotation.documents.services import copy_rows

SLICE = 500
# First key of the advisory lock; the second is the project.
_LOCK = 4203

Edge = tuple[int, int]


def projects_to_group() -> list[int]:
    rows = Document.objects.filter(near_group__isnull=True).order_by()
    return list(rows.values_list("project_id", flat=True).distinct())


def group_all(project_id: int, *, seconds: float = inf) -> int:
    """Compare every document of the project that was not compared yet, or those of some seconds; returns how many."""
    total, until = 0, time.monotonic() + seconds
    while time.monotonic() < until and (done := group_slice(project_id)):
        total += done
    return total


@transaction.atomic
def group_slice(project_id: int) -> int:
    """Compare the next documents and commit; 0 when none is left or another worker is at it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s, %s)", [_LOCK, project_id])
        if not (cursor.fetchone() or (False,))[0]:
            return 0
    rows = Document.objects.filter(project_id=project_id, near_group__isnull=True).order_by("id")
    texts = dict(rows.values_list("id", "text")[:SLICE])
    if not texts:
        return 0
    found = {pk: shingles(text) for pk, text in texts.items()}
    pairs = _candidates(project_id, {pk: band_keys(hashes) for pk, hashes in found.items()})
    edges = _near(pairs, found)
    present = _present_groups(edges)
    roots = _roots([*edges, *present.items()])
    _store({**dict.fromkeys(texts, 0), **roots})
    _merge({group: roots[group] for group in present.values() if roots[group] != group})
    return len(texts)


def _candidates(project_id: int, keys: Mapping[int, Sequence[int]]) -> set[Edge]:
    """(document, earlier document that has one of its keys), after the keys that are new were taken down."""
    first: dict[int, int] = {}
    for pk, own in keys.items():
        for key in own:
            first.setdefault(key, pk)
    known = dict(NearKey.objects.filter(project_id=project_id, key__in=list(first)).values_list("key", "document_id"))
    statement = "COPY annotation_nearkey (project_id, key, document_id) FROM STDIN"
    copy_rows(statement, ((project_id, key, pk) for key, pk in first.items() if key not in known))
    first |= known
    return {(pk, first[key]) for pk, own in keys.items() for key in own if first[key] != pk}


def _near(pairs: Iterable[Edge], found: dict[int, Shingles]) -> list[Edge]:
    """Those pairs whose texts are near enough, by their whole sets of shingles."""
    earlier = {other for _, other in pairs} - set(found)
    texts = Document.objects.filter(pk__in=earlier).values_list("id", "text")
    known = found | {pk: shingles(text) for pk, text in texts}
    return [(pk, other) for pk, other in pairs if other in known and similarity(known[pk], known[other]) >= THRESHOLD]


def _present_groups(edges: Iterable[Edge]) -> dict[int, int]:
    """The group by document, for the documents of these edges that have one."""
    ids = {pk for edge in edges for pk in edge}
    rows = Document.objects.filter(pk__in=ids, near_group__gt=0).values_list("id", "near_group")
    return {pk: group for pk, group in rows if group is not None}


def _roots(edges: Iterable[Edge]) -> dict[int, int]:
    """The smallest id by document, for every document that these edges connect. Union-find with halved paths."""
    parents: dict[int, int] = {}

    def root(pk: int) -> int:
        while (parent := parents.setdefault(pk, pk)) != pk:
            parents[pk] = parents[parent]
            pk = parent
        return pk

    for one, other in edges:
        low, high = sorted((root(one), root(other)))
        parents[high] = low
    return {pk: root(pk) for pk in list(parents)}


def _store(groups: Mapping[int, int]) -> None:
    """Late in the transaction: the rows are locked for as short as can be, as the queue passes over locked ones."""
    ids = sorted(groups)
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE annotation_document AS document SET near_group = new.near_group
            FROM unnest(%s::bigint[], %s::bigint[]) AS new(id, near_group)
            WHERE document.id = new.id AND document.near_group IS DISTINCT FROM new.near_group
            """,
            [ids, [groups[pk] for pk in ids]],
        )


def _merge(groups: Mapping[int, int]) -> None:
    """Give the members of groups that turned out to be one the smaller group's id."""
    for former, group in groups.items():
        Document.objects.filter(near_group=former).update(near_group=group)

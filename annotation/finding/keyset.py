"""Pages of documents by keyset, forwards and backwards: the cost of a page does not grow with its depth."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import isfinite

import numpy as np
from django.db.models import Q, QuerySet

from annotation.documents.models import Document, DocumentQuerySet
from annotation.quality.reading import Ints

# By the name in the query string: the fields that decide, all of which together are unique.
ORDERS: dict[str, tuple[str, ...]] = {
    "id": ("pk",),
    "-id": ("-pk",),
    "priority": ("-priority", "pk"),
    "created_at": ("pk",),
    "-created_at": ("-pk",),
}
Dress = Callable[[DocumentQuerySet], QuerySet[Document]]

_LARGEST_ID = 2**63 - 1
# What a cursor begins with: the rows after the place it names, or those before.
_ON, _BACK = "a", "b"


class BadCursor(ValueError):
    """A cursor that this order never gave out."""


@dataclass(frozen=True, slots=True)
class Found:
    """`ids`: those of all of the rows, sorted, where somebody knows them already; of documents deleted this moment some
    may be left.
    """

    rows: DocumentQuerySet
    ids: Ints | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """`next` and `previous`: cursors, empty where there is nothing more."""

    rows: list[Document]
    next: str = ""
    previous: str = ""


def page_of(found: Found, dress: Dress, *, order: str, cursor: str, limit: int) -> Page:
    """One statement. `dress` adds what is shown of each row, as columns and tables beside. Raises BadCursor.

    The page is settled before anything is joined to it: with joins in sight the database may walk through the tables
    beside from their beginning.
    """
    rows, fields = found.rows, ORDERS[order]
    is_back = cursor.startswith(_BACK)
    if is_back:
        fields = tuple(_reversed(field) for field in fields)
    if cursor:
        rows = rows.filter(_behind(fields, _read(cursor, fields)))
    if found.ids is not None and fields in (("pk",), ("-pk",)):
        window = _window(found.ids, fields, cursor, 2 * (limit + 1))
        shown = list(dress(Document.objects.filter(pk__in=window)).order_by(*fields)[: limit + 1])
    else:
        shown = list(dress(_settled(rows.order_by(*fields)[: limit + 1])).order_by(*fields))
    has_more, shown = len(shown) > limit, shown[:limit]
    if is_back:
        shown.reverse()
    if not shown:
        return Page([])
    has_next, has_previous = (True, has_more) if is_back else (has_more, bool(cursor))
    return Page(
        shown,
        next=f"{_ON}{_place(shown[-1], fields)}" if has_next else "",
        previous=f"{_BACK}{_place(shown[0], fields)}" if has_previous else "",
    )


def _window(ids: Ints, fields: Sequence[str], cursor: str, number: int) -> list[int]:
    """The next so many: twice a page, for those that were deleted."""
    falls = fields == ("-pk",)
    if cursor:
        [place] = _read(cursor, fields)
        ids = ids[: np.searchsorted(ids, place)] if falls else ids[np.searchsorted(ids, place, "right") :]
    return [int(pk) for pk in (ids[-number:] if falls else ids[:number])]


def _settled(page: DocumentQuerySet) -> DocumentQuerySet:
    return Document.objects.filter(pk__in=page.values("pk"))


def _reversed(field: str) -> str:
    return field.removeprefix("-") if field.startswith("-") else f"-{field}"


def _place(row: Document, fields: Sequence[str]) -> str:
    return "_".join(repr(getattr(row, field.removeprefix("-"))) for field in fields)


def _read(cursor: str, fields: Sequence[str]) -> list[float]:
    values = cursor[1:].split("_")
    if cursor[0] not in (_ON, _BACK) or len(values) != len(fields):
        raise BadCursor(cursor)
    try:
        *numbers, last = values
        read = [*map(float, numbers), int(last)]
    except ValueError as error:
        raise BadCursor(cursor) from error
    if not all(isfinite(value) for value in read[:-1]) or not 0 <= read[-1] <= _LARGEST_ID:
        raise BadCursor(cursor)
    return read


def _behind(fields: Sequence[str], values: Sequence[float]) -> Q:
    """Rows behind this place: equal in the fields before, and further in one."""
    found, equal = Q(), Q()
    for field, value in zip(fields, values, strict=True):
        name = field.removeprefix("-")
        further = "lt" if field.startswith("-") else "gt"
        found |= equal & Q(**{f"{name}__{further}": value})
        equal &= Q(**{name: value})
    return found

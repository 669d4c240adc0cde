"""Read a project's open documents with what is known of them, and write their places: few statements at any size."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from django.db import connection
from numpy.typing import NDArray

from annotation.documents.models import URGENT
from modelops.selection.order import Order
from modelops.selection.pool import Floats

# So many documents get a place of their own; those behind wait at 0 in the order of their ids until a later ranking.
# Writing places is the dear part of a ranking, and people label far fewer between two of them.
PLACED = 5000
# First key of the advisory lock; the second is the project.
_LOCK = 4211

_READ = """
    SELECT array_agg(pk), array_agg(place), array_agg(urgency), array_agg(is_new), array_agg(drawn) {doubts}
    FROM (
        SELECT document.id AS pk, document.priority AS place, document.urgency, document.state = 'new' AS is_new,
            CASE WHEN draw.document_id IS NULL THEN '' ELSE draw.function || ' ' || draw.is_random::int || ' ' ||
                draw.probability || ' ' || draw.group_size END AS drawn,
            CASE WHEN draw.version = %(version)s THEN draw.doubts END AS doubts
        FROM annotation_document AS document LEFT JOIN modelops_draw AS draw ON draw.document_id = document.id
        WHERE document.project_id = %(project)s AND document.slots > 0 AND NOT document.is_audit ORDER BY document.id
    ) AS waiting
"""
_PLACE = """
    UPDATE annotation_document AS document SET priority = new.place + %s * document.urgency
    FROM unnest(%s::bigint[], %s::float8[]) AS new(id, place)
    WHERE document.id = new.id AND document.slots > 0
"""
# A document that somebody was lent keeps the draw under which they got it.
_DRAWN = """
    SELECT new.id, new.is_random, CASE WHEN new.is_random THEN 'random' ELSE %(function)s END AS function,
        new.group_size
    FROM unnest(%(ids)s::bigint[], %(random)s::boolean[], %(groups)s::int[]) AS new(id, is_random, group_size)
    JOIN annotation_document AS document ON document.id = new.id AND document.state = 'new'
"""
# Where a row is known to be there: it costs a third of what the statement below takes for it.
_CHANGE = f"""
    UPDATE modelops_draw AS draw SET is_random = new.is_random, probability = %(probability)s,
        function = new.function, group_size = new.group_size, changed_at = now()
    FROM ({_DRAWN}) AS new WHERE draw.document_id = new.id
"""
_ADD = f"""
    INSERT INTO modelops_draw (document_id, is_random, probability, function, group_size, doubts, changed_at)
    SELECT new.id, new.is_random, %(probability)s, new.function, new.group_size, '{{}}', now()
    FROM ({_DRAWN}) AS new
    ON CONFLICT (document_id) DO UPDATE SET is_random = excluded.is_random, probability = excluded.probability,
        function = excluded.function, group_size = excluded.group_size, changed_at = excluded.changed_at
"""


@dataclass(frozen=True)
class Waiting:
    """A project's open documents by id. `drawn` says in one word how each came to its place; empty: never ranked.

    `places` are without the steps of urgency. `doubts`: NaN where this version said nothing about a document.
    """

    ids: NDArray[np.int64]
    places: NDArray[np.float64]
    is_new: NDArray[np.bool_]
    drawn: list[str]
    doubts: Mapping[str, Floats]

    @property
    def has_doubts(self) -> bool:
        return any(bool(np.isfinite(values).any()) for values in self.doubts.values())


def waiting_documents(project_id: int, version: int, label_sets: Sequence[str]) -> Waiting:
    columns = "".join(f", array_agg((doubts ->> %(set{number})s)::float4)" for number in range(len(label_sets)))
    values: dict[str, Any] = {"project": project_id, "version": version}  # Any: of several types
    values |= {f"set{number}": name for number, name in enumerate(label_sets)}
    with connection.cursor() as cursor:
        cursor.execute(_READ.format(doubts=columns), values)
        row = cursor.fetchone() or (None,) * (5 + len(label_sets))
    ids, places, urgencies, is_new, drawn, *doubts = row
    return Waiting(
        np.array(ids or [], dtype=np.int64),
        np.array(places or [], dtype=np.float64) - URGENT * np.array(urgencies or [], dtype=np.float64),
        np.array(is_new or [], dtype=bool),
        drawn or [],
        {name: np.array(found or [], dtype=np.float32) for name, found in zip(label_sets, doubts, strict=True)},
    )


def lock_draws(project_id: int) -> None:
    """Until commit nobody else changes many of the project's draws: two who do might wait for each other's rows."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [_LOCK, project_id])


def store_places(waiting: Waiting, order: Order) -> int:
    """Place the first documents and send the others back to 0; how many rows changed."""
    wanted = np.zeros(len(waiting.ids))
    first = order.rows[:PLACED]
    wanted[first] = 1.0 - np.arange(len(first)) / (PLACED + 1)
    changed = np.flatnonzero(np.abs(wanted - waiting.places) > 1e-9)
    with connection.cursor() as cursor:
        cursor.execute(_PLACE, [URGENT, _as_array(waiting.ids[changed]), _as_array(wanted[changed])])
    return len(changed)


def store_draws(waiting: Waiting, order: Order, function: str, probability: float) -> int:
    """Note how the documents came to their places, where that is news; how many."""
    words = {
        is_random: f"{'random' if is_random else function} {int(is_random)} {_as_text(probability)}"
        for is_random in (True, False)
    }
    found = zip(order.is_random.tolist(), order.group_sizes.tolist(), waiting.drawn, strict=True)
    is_news = np.array([f"{words[is_random]} {size}" != drawn for is_random, size, drawn in found], dtype=bool)
    is_there = np.array([drawn != "" for drawn in waiting.drawn], dtype=bool)
    for statement, has_row in ((_CHANGE, is_there), (_ADD, ~is_there)):
        rows = np.flatnonzero(is_news & waiting.is_new & has_row)
        if len(rows):
            values: dict[str, str | float] = {
                "ids": _as_array(waiting.ids[rows]),
                "random": _as_array(order.is_random[rows]),
                "groups": _as_array(order.group_sizes[rows]),
                "probability": probability,
                "function": function,
            }
            with connection.cursor() as cursor:
                cursor.execute(statement, values)
    return int(is_news.sum())


def _as_array(values: NDArray[Any]) -> str:  # Any: numbers of several types
    """As PostgreSQL writes an array: a list of 100,000 takes the driver ten times as long."""
    return f"{{{','.join(map(str, values.tolist()))}}}"


def _as_text(number: float) -> str:
    """As PostgreSQL writes a float."""
    return repr(number).removesuffix(".0")

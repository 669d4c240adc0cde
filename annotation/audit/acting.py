"""Tell the database in whose name a change is made, so that its triggers can write that down."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from django.db import connection

from annotation.prepared import PreparedCursor

Execute = Callable[[str, Any, bool, dict[str, Any]], Any]  # Any: Django's own types
Actor = Callable[[], int | None]

_TELL = "SELECT set_config('collabweb.actor', %(actor)s, true), set_config('collabweb.origin', %(origin)s, true)"
# A prepared statement can't go together with another one. Where it changes audited rows it tells itself: what writes
# them selects from this CTE, with the values of `names()`; triggers run at the statement's end.
ACTING = f"acting AS MATERIALIZED ({_TELL})"
_WRITES = ("INSERT", "UPDATE", "DELETE", "WITH")
_present: ContextVar[tuple[Actor, str] | None] = ContextVar("acting", default=None)


@contextmanager
def acting(actor: Actor, origin: str) -> Iterator[None]:
    """Every statement inside that changes rows carries the actor's id and where it came from, in the same round trip.

    The setting lasts for that statement's transaction: a connection that is used again names nobody. Inside of another
    one, the inner one counts.
    """
    outer = _present.get()
    token = _present.set((actor, origin))
    try:
        if outer:
            yield
        else:
            with connection.execute_wrapper(_named):
                yield
    finally:
        _present.reset(token)


# Any: as above. FBT001: Django calls it.
def _named(execute: Execute, sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:  # noqa: FBT001
    present = _present.get()
    is_alone = isinstance(context["cursor"].cursor, PreparedCursor)
    if present is None or many or is_alone or not sql.lstrip().upper().startswith(_WRITES):
        return execute(sql, params, many, context)
    told = _TELL % {name: f"'{value}'" for name, value in names().items()}
    result = execute(f"{told}; {sql}", params, many, context)
    while context["cursor"].nextset():
        pass
    return result


def leave_out_rows() -> None:
    """In this transaction, rows that come or go in great numbers leave no entries: the import or project does."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL collabweb.audit = 'whole'")


def names() -> dict[str, str]:
    """Who acts and from where, as the database is told it; empty where nobody has said."""
    present = _present.get()
    if present is None:
        return {"actor": "", "origin": ""}
    actor, origin = present
    actor_id = actor()
    person = "" if actor_id is None else str(int(actor_id))
    return {"actor": person, "origin": origin.replace("'", "").replace("%", "")}

"""Statements of the hottest calls that the server parses and plans once a connection, not at each call.

Planning them takes longer than running them. Everything else binds its values here, as Django does by default: that
asks no types of SQL and lets several statements go in one message.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, Self, cast

import psycopg
from django.conf import settings
from django.db import connection
from django.db.backends.utils import CursorWrapper

if TYPE_CHECKING:
    from psycopg._queries import PostgresQuery


class PreparedCursor(psycopg.Cursor[tuple[Any, ...]]):
    def execute(self, query: Any, params: Any = None, **options: Any) -> Self:  # Any: psycopg's own
        super().execute(query, params, **options)
        if self._query is None:
            # The driver forgets the text of a statement that the server had already; Django's log asks for it.
            self._query = cast("PostgresQuery", SimpleNamespace(query=query.encode()))
        return self


@contextmanager
def prepared() -> Iterator[None]:
    """Every statement inside is kept by the server under its text, so the text must be fixed: one statement, its
    columns named, numbers that the plan hangs on (LIMIT) written out.
    """
    if not settings.PREPARED_STATEMENTS:
        yield
        return
    connection.ensure_connection()
    database: Any = connection.connection  # Any: psycopg's connection; Django types it as none
    before = database.cursor_factory, database.prepare_threshold
    database.cursor_factory, database.prepare_threshold = PreparedCursor, 0
    try:
        yield
    finally:
        database.cursor_factory, database.prepare_threshold = before


@contextmanager
def prepared_cursor() -> Iterator[CursorWrapper]:
    with prepared(), connection.cursor() as cursor:
        yield cursor

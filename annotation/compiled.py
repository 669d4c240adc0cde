"""Queries of the hottest calls: said with the ORM, turned into SQL once.

Building such a query costs more than its answer. What is kept is its SQL and how its rows become model instances;
every call puts in its own values.
"""

import copy
from collections.abc import Callable, Sequence
from typing import Any, Generic, NamedTuple, TypeVar, cast

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import Model, QuerySet
from django.db.models.query import ModelIterable
from django.db.models.sql.compiler import SQLCompiler

from annotation.prepared import prepared

Row = TypeVar("Row", bound=Model)
Params = tuple[Any, ...]  # Any: what the database driver takes

# Stand for the values while the SQL is made: whole numbers that no query holds of itself.
_FIRST_MARK = 1_987_654_301
_MAX_ID = 2**63 - 1


class CompiledQuery(Generic[Row]):
    """`build` takes whole numbers (ids, versions), from 0 up, and returns a query set that uses each of them.

    Not for lists nor for None: those change the SQL itself. A number that no column can hold finds nothing.
    """

    def __init__(self, build: Callable[..., QuerySet[Row]]) -> None:
        self._build = build
        self._kept: _Kept | None = None

    def rows(self, *values: int) -> list[Row]:
        if max(values) > _MAX_ID:
            return []
        kept = self._kept = self._kept or self._compile(len(values))
        params = tuple(_put(param, values) for param in kept.params)
        # Any: a query set, of which Django's iteration over instances asks only what _Ready has.
        with prepared():
            return list(ModelIterable(cast("Any", _Ready(kept._replace(params=params)))))

    def first(self, *values: int) -> Row | None:
        return next(iter(self.rows(*values)), None)

    def _compile(self, count: int) -> "_Kept":
        marks = range(_FIRST_MARK, _FIRST_MARK + count)
        rows = self._build(*marks)
        compiler = rows.query.get_compiler(using=DEFAULT_DB_ALIAS)
        sql, params = compiler.as_sql()
        unused = [mark - _FIRST_MARK for mark in marks if not any(str(mark) in str(param) for param in params)]
        if unused:
            raise ValueError(f"the query does not use its values number {unused}")
        return _Kept(rows.model, compiler, sql, tuple(params))


class _Kept(NamedTuple):
    model: type[Model]
    compiler: SQLCompiler
    sql: str
    params: Params


def _put(param: object, values: Sequence[int]) -> object:
    """The parameter with the values in the places of their marks, also inside of a text."""
    for number, value in enumerate(values):
        mark = _FIRST_MARK + number
        if isinstance(param, str):
            param = param.replace(str(mark), str(value))
        elif param == mark:
            return value
    return param


class _Ready:
    """Stands in for a query set and its query; the compiler it gives has nothing left to compile."""

    db = DEFAULT_DB_ALIAS
    _known_related_objects: dict[Any, Any] = {}

    def __init__(self, kept: _Kept) -> None:
        self.query, self.model, self._given = self, kept.model, kept

    def get_compiler(self, using: str) -> SQLCompiler:
        compiler = copy.copy(self._given.compiler)
        compiler.connection = connections[using]
        compiler.as_sql = lambda *_args, **_more: (self._given.sql, self._given.params)  # type: ignore[method-assign]
        return compiler

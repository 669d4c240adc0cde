"""Near-duplicates whose gold differs: at most one of the answers can be right. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from modelops.evaluation.metrics import is_answered, items


@dataclass(frozen=True, slots=True)
class Member:
    document_id: int
    group: int
    answer: Mapping[str, Any]  # Any: JSON


@dataclass(frozen=True, slots=True)
class Conflict:
    """`label_sets`: where the members' gold differs."""

    group: int
    members: tuple[Member, ...]
    label_sets: tuple[str, ...]


def conflicts(members: Iterable[Member], kinds: Mapping[str, str]) -> list[Conflict]:
    """Groups in which two documents were answered differently, in the order in which they come.

    Spans are not compared: their places shift with every word that differs.
    """
    groups: dict[int, list[Member]] = {}
    for member in members:
        groups.setdefault(member.group, []).append(member)
    comparable = {name: kind for name, kind in kinds.items() if kind in ("choice", "choices")}
    found = []
    for group, own in groups.items():
        differing = tuple(name for name, kind in comparable.items() if _differ(own, name, kind))
        if differing:
            found.append(Conflict(group, tuple(own), differing))
    return found


def _differ(members: Iterable[Member], name: str, kind: str) -> bool:
    values = {items(kind, row.answer.get(name)) for row in members if is_answered(kind, row.answer.get(name))}
    return len(values) > 1

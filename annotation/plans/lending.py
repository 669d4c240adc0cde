"""What one person may be lent now under the project's plan: one statement; its cost does not grow with the project."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from annotation.people.models import User
from annotation.plans.lanes import Taker, Terms, lanes_for, refusal
from annotation.plans.rules import load_of, room_in, rules_of
from annotation.projects.models import Project

# The lock goes first, in the same round trip: two tabs of one person must count one after the other.
_MINE = """
    SELECT pg_advisory_xact_lock(4208, hashint8(%(project)s::bigint * 1000003 + %(user)s));
    SELECT plan.rules::json, (plan.languages -> %(key)s)::json,
        (SELECT json_agg(json_build_array(number, terms)) FROM annotation_lane WHERE project_id = %(project)s),
        (SELECT json_agg(json_build_array(label_set.name, skill.label_name, skill.value))
            FROM annotation_skill AS skill JOIN annotation_labelset AS label_set ON label_set.id = skill.label_set_id
            WHERE skill.user_id = %(user)s AND skill.project_id = %(project)s),
        (SELECT count(*) FROM annotation_assignment
            WHERE user_id = %(user)s AND project_id = %(project)s AND state = 'open' AND expires_at >= %(now)s),
        (SELECT count(*) FROM annotation_assignment
            WHERE user_id = %(user)s AND created_at >= %(today)s AND project_id = %(project)s
                AND state IN ('open', 'done'))
    FROM annotation_assignmentplan AS plan WHERE project_id = %(project)s ORDER BY number DESC LIMIT 1
"""


# Answers of today, with or without a lease.
_ANSWERED = """
    SELECT count(*) FROM annotation_annotation AS mine JOIN annotation_document ON annotation_document.id = document_id
    WHERE mine.user_id = %(user)s AND mine.created_at >= %(today)s AND project_id = %(project)s
"""


@dataclass(frozen=True, slots=True)
class MyTerms:
    """`lanes` with their ranks (lanes.py); `room`: how many documents more, None for any number."""

    lanes: list[tuple[int, int]]
    room: int | None = None

    @property
    def numbers(self) -> list[int]:
        return [number for number, _rank in self.lanes]

    def limited(self, count: int) -> int:
        return count if self.room is None else min(count, self.room)


def terms_for(*, project: Project, user: User, now: datetime) -> MyTerms | None:
    """None where the project has no plan. Call inside the transaction that lends."""
    row = _read(project, user, now) if project.plan_number else None
    if row is None:
        return None
    taker, lanes = _taker(row, user.pk)
    return MyTerms(lanes_for(lanes, taker, now), _room(row, user.pk))


def refusal_of_lane(*, project: Project, user: User, lane: int | None, now: datetime) -> str:
    """Which rule keeps documents of this lane from the person now: as `lanes.refusal`, or "load" or "unplaced"."""
    row = _read(project, user, now)
    if row is None:
        return ""
    taker, lanes = _taker(row, user.pk)
    if lane not in lanes:
        return "unplaced"
    with connection.cursor() as cursor:
        cursor.execute(_ANSWERED, {"project": project.pk, "user": user.pk, "today": _day_of(now)})
        [answered] = cursor.fetchone() or (0,)
    row = (*row[:-1], max(row[-1], answered))
    return refusal(lanes[lane], taker, now) or ("load" if _room(row, user.pk) == 0 else "")


def _day_of(now: datetime) -> datetime:
    return now.replace(hour=0, minute=0, second=0, microsecond=0)


def _read(project: Project, user: User, now: datetime) -> tuple[Any, ...] | None:  # Any: columns of _MINE
    with connection.cursor() as cursor:
        cursor.execute(
            _MINE,
            {
                "project": project.pk,
                "user": user.pk,
                "key": str(user.pk),
                "now": now,
                "today": _day_of(now),
            },
        )
        cursor.nextset()
        row: tuple[Any, ...] | None = cursor.fetchone()
    return row


def _taker(row: tuple[Any, ...], user_id: int) -> tuple[Taker, dict[int, Terms]]:
    """The person, and all lanes of the project."""
    _rules, languages, lanes, skills, _in_hand, _today = row
    found = {number: Terms.from_json(terms) for number, terms in lanes or []}
    skill = {(label_set, label): value for label_set, label, value in skills or []}
    return Taker(user_id, None if languages is None else frozenset(languages), skill), found


def _room(row: tuple[Any, ...], user_id: int) -> int | None:
    rules, _languages, _lanes, _skills, in_hand, today = row
    return room_in(load_of(rules_of(rules), user_id), in_hand, today)

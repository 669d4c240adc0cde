"""What one person may be lent now under the project's plan: one statement; its cost does not grow with the project."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from annotation.people.models import User
from annotation.plans.lanes import Taker, Terms, lanes_for
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
    if not project.plan_number:
        return None
    with connection.cursor() as cursor:
        cursor.execute(
            _MINE,
            {
                "project": project.pk,
                "user": user.pk,
                "key": str(user.pk),
                "now": now,
                "today": now.replace(hour=0, minute=0, second=0, microsecond=0),
            },
        )
        cursor.nextset()
        row = cursor.fetchone()
    return _terms(row, user.pk, now) if row else None


def _terms(row: tuple[Any, ...], user_id: int, now: datetime) -> MyTerms:  # Any: columns of _MINE
    rules, languages, lanes, skills, in_hand, today = row
    found = {number: Terms.from_json(terms) for number, terms in lanes or []}
    skill = {(label_set, label): value for label_set, label, value in skills or []}
    taker = Taker(user_id, None if languages is None else frozenset(languages), skill)
    return MyTerms(lanes_for(found, taker, now), room_in(load_of(rules_of(rules), user_id), in_hand, today))

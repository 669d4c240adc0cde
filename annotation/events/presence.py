"""Who is here: people whose annotation screen is open.

A row a connection is the truth. A join is told at once; a leave waits for the tick, so that a reload, or a live process
that starts again, tells nothing: the same person is back before their row is stale. The event log keeps only the last
presence event of a project, for an older one is of no use to anybody.
"""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils import timezone

from annotation.events.models import Event, Presence
from annotation.events.services import lock_order, publish_mixed
from annotation.events.types import Person, PresenceChanged
from annotation.people.models import User

# A closed connection counts so much longer: a page that loads again is no leave.
GRACE = timedelta(seconds=10)
# A page names so many people; of the rest it tells the number.
MAX_NAMED = 30

_PUT = """
    WITH others AS (
        SELECT 1 FROM annotation_presence WHERE project_id = %(project)s AND user_id = %(user)s LIMIT 1
    ), put AS (
        INSERT INTO annotation_presence (connection, project_id, user_id, seen_at)
        VALUES (%(connection)s, %(project)s, %(user)s, %(now)s)
        ON CONFLICT (connection) DO UPDATE SET seen_at = excluded.seen_at
    )
    SELECT NOT EXISTS (SELECT 1 FROM others)
"""


def keep_present(*, project_id: int, user_id: int, connection_id: UUID) -> bool:
    """Note that this connection lives, in one statement; whether the person was absent until now."""
    values: dict[str, int | UUID | datetime] = {"project": project_id, "user": user_id}
    values |= {"connection": connection_id, "now": timezone.now()}
    with connection.cursor() as cursor:
        cursor.execute(_PUT, values)
        row = cursor.fetchone()
    return bool(row and row[0])


def leave(connection_id: UUID) -> None:
    """The connection is closed: its row goes stale soon, unless the same person comes back first."""
    soon = timezone.now() - Presence.STALE_AFTER + GRACE
    Presence.objects.filter(connection=connection_id, seen_at__gt=soon).update(seen_at=soon)


def present_people(project_id: int) -> PresenceChanged:
    """In one statement; two pages of one person are one."""
    rows = _people(project_id)
    people: list[Person] = [{"id": user.pk, "name": user.shown_name} for user in rows[:MAX_NAMED]]
    return {"people": people, "count": len(people) if len(people) < MAX_NAMED else rows.count()}


def _people(project_id: int) -> QuerySet[User]:
    here = Presence.objects.fresh().filter(project_id=project_id).values("user_id")
    return User.objects.filter(pk__in=here).only("first_name", "last_name", "username").order_by("username")


def tell_presence(project_id: int) -> None:
    """Tell open pages who is here now, in place of what the log says of it so far."""
    with transaction.atomic():
        lock_order(project_id)
        Event.objects.filter(project_id=project_id, type="presence.changed").delete()
        publish_mixed(project_id, [("presence.changed", present_people(project_id))], is_locked=True)


def take_away_stale() -> int:
    """Delete the rows of connections that are gone, and tell where somebody left; the tick calls it."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH gone AS (
                DELETE FROM annotation_presence WHERE seen_at <= %(stale)s RETURNING connection, project_id, user_id
            )
            SELECT project_id, count(*), bool_or(NOT EXISTS (
                SELECT 1 FROM annotation_presence AS other
                WHERE other.project_id = gone.project_id AND other.user_id = gone.user_id
                    AND other.seen_at > %(stale)s))
            FROM gone GROUP BY project_id
            """,
            {"stale": timezone.now() - Presence.STALE_AFTER},
        )
        rows = cursor.fetchall()
    for project_id, _number, has_left in rows:
        if has_left:
            tell_presence(project_id)
    return sum(number for _project, number, _left in rows)

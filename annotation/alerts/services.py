"""Raise alerts once a cause, tell people of them, and keep what became of them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import F, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from annotation import signals
from annotation.alerts.models import Alert, AlertState, AlertStep, Notification, StepKind
from annotation.alerts.telling import tell
from annotation.events.services import lock_order, publish
from annotation.people.models import User

LONGEST_SNOOZE = timedelta(days=90)
MOST_NOTE_CHARS = 500


@dataclass(frozen=True, slots=True)
class Cause:
    """Why an alert is raised. `at`: when it happened. `told`: what of the figures the live event carries.

    `rest`: a subject whose alert was closed so lately raises none. `by_id`: who did it, who need not be told.
    """

    kind: str
    subject: str
    figures: Mapping[str, Any]  # Any: JSON
    at: datetime
    documents: str = ""
    told: tuple[str, ...] = ()
    rest: timedelta = field(default_factory=timedelta)
    by_id: int | None = None


@transaction.atomic
def raise_alert(project_id: int, cause: Cause) -> Alert | None:
    """The new alert; None where this one is going on or was raised already. Doing it twice is harmless.

    The project's order lock is held from here to commit: of two workers one raises, and ids rise as alerts are seen.
    """
    lock_order(project_id)
    before = Alert.objects.filter(project_id=project_id, kind=cause.kind, subject=cause.subject).first()
    if before is not None and before.state != AlertState.CLOSED:
        _again(before, cause)
        return None
    if before is not None and not _is_news(before, cause):
        return None
    try:
        with transaction.atomic():
            alert = _create(project_id, cause)
    except IntegrityError:
        return None
    tell(alert, but=cause.by_id or 0)
    figures = {name: cause.figures[name] for name in cause.told if name in cause.figures}
    publish(project_id, "alert.raised", {"alert": alert.pk, "kind": alert.kind, **figures})
    transaction.on_commit(lambda: signals.alert_raised.send(sender=Alert, project_id=project_id, alert_id=alert.pk))
    return alert


def _is_news(before: Alert, cause: Cause) -> bool:
    return cause.at > before.last_at and (before.closed_at is None or cause.at >= before.closed_at + cause.rest)


def _create(project_id: int, cause: Cause) -> Alert:
    now = timezone.now()
    alert = Alert.objects.create(
        project_id=project_id,
        kind=cause.kind,
        subject=cause.subject,
        figures=dict(cause.figures),
        documents=cause.documents,
        raised_at=now,
        last_at=cause.at,
    )
    _note(alert, StepKind.RAISED)
    return alert


def _again(alert: Alert, cause: Cause) -> None:
    newer = Alert.objects.filter(pk=alert.pk, last_at__lt=cause.at)
    if newer.update(last_at=cause.at, times=F("times") + 1):
        _note(alert, StepKind.AGAIN)


@transaction.atomic
def snooze(alert: Alert, *, user: User, until: datetime, note: str = "") -> Alert:
    """Let it rest until then; it opens again by itself if the cause still holds. Raises ValidationError."""
    now = timezone.now()
    if not now < until <= now + LONGEST_SNOOZE:
        message = _("An alert rests until some time in the next %(days)d days.") % {"days": LONGEST_SNOOZE.days}
        raise ValidationError({"until": ValidationError(message, code="bad_time")})
    row = _held(alert)
    if row.state == AlertState.CLOSED:
        raise _is_closed()
    row.state, row.snoozed_until = AlertState.SNOOZED, until
    row.save(update_fields=["state", "snoozed_until"])
    _note(row, StepKind.SNOOZED, by=user, note=note, until=until)
    return row


@transaction.atomic
def close(alert: Alert, *, user: User, note: str = "") -> Alert:
    """Raises ValidationError where it is closed."""
    row = _held(alert)
    if row.state == AlertState.CLOSED:
        raise _is_closed()
    _close(row, StepKind.CLOSED, user, note)
    return row


def end_alerts(going_on: QuerySet[Alert]) -> int:
    """Close by itself what is over; the number of alerts."""
    ended = 0
    for alert in going_on.exclude(state=AlertState.CLOSED).order_by("pk"):
        with transaction.atomic():
            row = _held(alert)
            if row.state != AlertState.CLOSED:
                _close(row, StepKind.ENDED, None, "")
                ended += 1
    return ended


def wake_snoozed() -> int:
    """Open again what has rested long enough, and put it back in the inboxes; the number of alerts."""
    due = Alert.objects.filter(state=AlertState.SNOOZED, snoozed_until__lte=timezone.now()).order_by("pk")
    woken = 0
    for alert in due[:100]:
        with transaction.atomic():
            mine = Alert.objects.filter(pk=alert.pk, state=AlertState.SNOOZED, snoozed_until=alert.snoozed_until)
            if mine.update(state=AlertState.OPEN, snoozed_until=None):
                _note(alert, StepKind.WOKE)
                Notification.objects.filter(alert=alert).update(read_at=None)
                woken += 1
    return woken


def _held(alert: Alert) -> Alert:
    return Alert.objects.select_for_update().get(pk=alert.pk)


def _close(row: Alert, kind: StepKind, by: User | None, note: str) -> None:
    row.state, row.closed_at, row.snoozed_until = AlertState.CLOSED, timezone.now(), None
    row.save(update_fields=["state", "closed_at", "snoozed_until"])
    _note(row, kind, by=by, note=note)
    Notification.objects.filter(alert=row, read_at=None).update(read_at=timezone.now())


def _note(
    alert: Alert, kind: StepKind, *, by: User | None = None, note: str = "", until: datetime | None = None
) -> None:
    AlertStep.objects.create(
        alert=alert, kind=kind, by=by, note=note.strip()[:MOST_NOTE_CHARS], until=until, at=timezone.now()
    )


def _is_closed() -> ValidationError:
    return ValidationError({"state": ValidationError(_("This alert is closed already."), code="closed")})

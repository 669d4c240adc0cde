"""Who is told of an alert, and by which channel; and what a person has read."""

from collections.abc import Collection, Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from annotation.access import is_member
from annotation.alerts.models import Alert, AlertKind, MailState, Notification, NotificationChoice
from annotation.people.models import User
from annotation.projects.models import Membership, Role

# Whoever may see alerts is told of them.
TOLD = (Role.MANAGER, Role.REVIEWER)
CHANNELS = ("on_page", "by_mail")


def tell(alert: Alert, *, but: int = 0) -> None:
    """Give the project's managers and reviewers a notification each, as they wish. Three statements.

    In the order of the people, so that two alerts at once never wait for each other.
    """
    members = Membership.objects.filter(project_id=alert.project_id, role__in=TOLD, user__is_active=True)
    people = list(members.exclude(user_id=but).select_related("user").order_by("user_id"))
    wishes = {
        row.user_id: row
        for row in NotificationChoice.objects.filter(kind=alert.kind, user__in=[one.user_id for one in people])
    }
    rows = [_notification(alert, one, wishes.get(one.user_id)) for one in people]
    Notification.objects.bulk_create([row for row in rows if row is not None], ignore_conflicts=True)


def _notification(alert: Alert, member: Membership, wish: NotificationChoice | None) -> Notification | None:
    on_page, by_mail = (wish.on_page, wish.by_mail) if wish else (True, False)
    by_mail = by_mail and bool(member.user.email)
    if not on_page and not by_mail:
        return None
    return Notification(
        alert=alert,
        user=member.user,
        membership=member,
        is_on_page=on_page,
        mail=MailState.WAITING if by_mail else MailState.NONE,
        mail_due_at=alert.raised_at if by_mail else None,
        created_at=alert.raised_at,
    )


def projects_with_mails() -> list[int]:
    due = Notification.objects.filter(mail=MailState.WAITING, mail_due_at__lte=timezone.now())
    return list(due.order_by("alert__project_id").values_list("alert__project_id", flat=True).distinct())


def inbox_of(user: User) -> QuerySet[Notification]:
    """Newest first, with alert and project."""
    rows = Notification.objects.filter(is_member(user, "alert__project"), user=user, is_on_page=True)
    return rows.select_related("alert__project").order_by("-pk")


@transaction.atomic
def mark_read(*, user: User, ids: Collection[int] | None = None, is_read: bool = True) -> int:
    """All of a person's notifications, or these; how many changed."""
    rows = Notification.objects.filter(user=user, read_at__isnull=is_read)
    if ids is not None:
        rows = rows.filter(pk__in=list(ids))
    # Others lock the person before the notification, too.
    User.objects.select_for_update(no_key=True).get(pk=user.pk)
    return rows.update(read_at=timezone.now() if is_read else None)


def choices_of(user: User) -> dict[str, NotificationChoice]:
    """By kind; kinds without a choice have the usual one, unsaved. One statement."""
    own = {row.kind: row for row in NotificationChoice.objects.filter(user=user)}
    return {kind: own.get(kind) or NotificationChoice(user=user, kind=kind) for kind in AlertKind.values}


@transaction.atomic
def choose(*, user: User, choices: Mapping[str, Mapping[str, Any]]) -> dict[str, NotificationChoice]:  # Any: JSON
    """By kind, which channels tell the person; what is not named stays. Raises ValidationError by kind."""
    present = choices_of(user)
    problems: dict[str, ValidationError] = {}
    for kind, wish in choices.items():
        if kind not in present:
            problems[kind[:100]] = ValidationError(_("There is no such kind of alert."), code="bad_choice")
        elif not set(wish) <= set(CHANNELS) or not all(isinstance(value, bool) for value in wish.values()):
            problems[kind] = ValidationError(_("Say on_page and by_mail, each true or false."), code="bad_choice")
    if problems:
        raise ValidationError(problems)
    for kind, wish in choices.items():
        fields = {name: wish.get(name, getattr(present[kind], name)) for name in CHANNELS}
        NotificationChoice.objects.update_or_create(user=user, kind=kind, defaults=fields)
    return choices_of(user)

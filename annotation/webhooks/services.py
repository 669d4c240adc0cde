"""Make, change and replay webhooks, and keep their deliveries in order. The sending itself is in job.py."""

from collections.abc import Collection, Iterator
from datetime import datetime, timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from annotation import signals
from annotation.alerts.models import Alert
from annotation.annotations.models import GoldChange
from annotation.people.models import User
from annotation.projects.models import Project
from annotation.webhooks.addresses import checked_url
from annotation.webhooks.models import Delivery, DeliveryState, Told, Webhook, WebhookState, only_labels
from annotation.webhooks.retries import pause_after
from annotation.webhooks.signing import new_secret

MOST_WEBHOOKS = 20
CHANGES_AT_ONCE = 100
CLAIM = timedelta(seconds=60)
KEEP_DELIVERIES = timedelta(days=30)


@transaction.atomic
def add_webhook(
    *, project: Project, user: User, url: object, since: int | None = None, told: Collection[str] | None = None
) -> Webhook:
    """Tell `url` of every change of gold after `since`, or from now on, and of alerts. Raises ValidationError."""
    checked, kinds = checked_url(url), _checked_told(told)
    Project.objects.select_for_update(no_key=True).get(pk=project.pk)
    if Webhook.objects.filter(project=project).count() >= MOST_WEBHOOKS:
        message = _("A project has at most %(limit)d webhooks.") % {"limit": MOST_WEBHOOKS}
        raise ValidationError({"url": ValidationError(message, code="too_many")})
    after = last_seq(project.pk) if since is None else since
    made = Webhook.objects.create(
        project=project,
        created_by=user,
        url=checked,
        secret=new_secret(),
        told=kinds,
        after_seq=after,
        after_alert=_last_alert(project.pk),
    )
    _call_after_commit(project.pk)
    return made


def _checked_told(told: Collection[str] | None) -> list[str]:
    kinds = [kind for kind in Told.values if kind in (only_labels() if told is None else told)]
    if not kinds or not set(told or ()) <= set(Told.values):
        message = _("Say what it is told of: %(names)s.") % {"names": ", ".join(Told.values)}
        raise ValidationError({"told": ValidationError(message, code="bad_choice")})
    return kinds


def _last_alert(project_id: int) -> int:
    return Alert.objects.filter(project_id=project_id).order_by("-pk").values_list("pk", flat=True).first() or 0


def last_seq(project_id: int) -> int:
    newest = GoldChange.objects.filter(project_id=project_id).order_by("-pk").values_list("pk", flat=True).first()
    return newest or 0


@transaction.atomic
def set_paused(webhook: Webhook, *, is_paused: bool) -> Webhook:
    """Going on after a pause or a stop loses nothing: what waited is sent first."""
    webhook.state = WebhookState.PAUSED if is_paused else WebhookState.ACTIVE
    webhook.save(update_fields=["state"])
    if not is_paused:
        _forget_failures(webhook)
    return webhook


@transaction.atomic
def replay(webhook: Webhook, *, since: int) -> Webhook:
    """Send every change after `since` again, in order."""
    Delivery.objects.filter(webhook=webhook, state=DeliveryState.WAITING).update(
        state=DeliveryState.FAILED, error=_("replaced by a replay"), finished_at=timezone.now()
    )
    webhook.after_seq = max(0, since)
    webhook.state = WebhookState.ACTIVE
    webhook.save(update_fields=["after_seq", "state"])
    _call_after_commit(webhook.project_id)
    return webhook


def _forget_failures(webhook: Webhook) -> None:
    waiting = Delivery.objects.filter(webhook=webhook, state=DeliveryState.WAITING)
    waiting.update(attempts=0, next_attempt_at=timezone.now())
    _call_after_commit(webhook.project_id)


def _call_after_commit(project_id: int) -> None:
    transaction.on_commit(lambda: signals.webhooks_due.send(sender=Webhook, project_id=project_id))


def claim(webhook_id: int) -> Webhook | None:
    """Hold the webhook for one delivery; None when somebody else does, or it is not active."""
    now = timezone.now()
    free = Q(claimed_until__isnull=True) | Q(claimed_until__lt=now)
    mine = Webhook.objects.filter(free, pk=webhook_id, state=WebhookState.ACTIVE).update(claimed_until=now + CLAIM)
    return Webhook.objects.get(pk=webhook_id) if mine else None


def claim_again(webhook: Webhook) -> Webhook | None:
    """Hold it for one more delivery, as it stands now; None when it was paused or replayed from outside meanwhile."""
    held = Webhook.objects.filter(pk=webhook.pk, state=WebhookState.ACTIVE, claimed_until=webhook.claimed_until)
    mine = held.update(claimed_until=timezone.now() + CLAIM)
    return Webhook.objects.get(pk=webhook.pk) if mine else None


def release(webhook: Webhook) -> None:
    Webhook.objects.filter(pk=webhook.pk, claimed_until=webhook.claimed_until).update(claimed_until=None)


def next_delivery(webhook: Webhook) -> Delivery | None:
    """The delivery that waits, if its time has come, or a new one for the changes that none has taken yet."""
    waiting = Delivery.objects.filter(webhook=webhook, state=DeliveryState.WAITING).first()
    if waiting is not None:
        return waiting if waiting.next_attempt_at <= timezone.now() else None
    alert = next_alert(webhook)
    if alert is not None:
        return Delivery.objects.create(
            webhook=webhook,
            about=Told.ALERTS,
            first_seq=alert.pk,
            last_seq=alert.pk,
            changes=1,
            next_attempt_at=timezone.now(),
        )
    changes = changes_after(webhook)
    if not changes:
        return None
    return Delivery.objects.create(
        webhook=webhook,
        first_seq=changes[0].pk,
        last_seq=changes[-1].pk,
        changes=len(changes),
        next_attempt_at=timezone.now(),
    )


def next_alert(webhook: Webhook) -> Alert | None:
    """The oldest one that it has not taken, where it is told of alerts."""
    if Told.ALERTS not in webhook.told:
        return None
    return Alert.objects.filter(project=webhook.project_id, pk__gt=webhook.after_alert).order_by("pk").first()


def changes_after(webhook: Webhook) -> list[GoldChange]:
    if Told.LABELS not in webhook.told:
        return []
    rows = GoldChange.objects.filter(project_id=webhook.project_id, pk__gt=webhook.after_seq)
    return list(rows.order_by("pk")[:CHANGES_AT_ONCE])


def changes_of(delivery: Delivery) -> list[GoldChange]:
    rows = GoldChange.objects.filter(
        project_id=delivery.webhook.project_id, pk__gte=delivery.first_seq, pk__lte=delivery.last_seq
    )
    return list(rows.order_by("pk"))


@transaction.atomic
def note_taken(delivery: Delivery, *, status: int, seconds: float) -> bool:
    """The receiver has it. False when a replay came between; the replay goes on then."""
    mine = Delivery.objects.filter(pk=delivery.pk, state=DeliveryState.WAITING).update(
        state=DeliveryState.DELIVERED,
        attempts=delivery.attempts + 1,
        status=status,
        error="",
        seconds=seconds,
        finished_at=timezone.now(),
    )
    if mine:
        place = "after_alert" if delivery.about == Told.ALERTS else "after_seq"
        Webhook.objects.filter(pk=delivery.webhook_id).update(**{place: delivery.last_seq})
    return bool(mine)


@transaction.atomic
def note_failure(delivery: Delivery, *, status: int | None, error: str, seconds: float) -> None:
    """Plan the next attempt; after the last the webhook stops, with its delivery still waiting."""
    attempts = delivery.attempts + 1
    pause = pause_after(attempts)
    Delivery.objects.filter(pk=delivery.pk, state=DeliveryState.WAITING).update(
        attempts=attempts,
        status=status,
        error=error[:300],
        seconds=seconds,
        next_attempt_at=timezone.now() + (pause or timedelta()),
    )
    if pause is None:
        Webhook.objects.filter(pk=delivery.webhook_id).update(state=WebhookState.STOPPED)


def due(now: datetime, project_id: int | None = None) -> Iterator[int]:
    """Webhooks with something to send at this moment."""
    free = Q(claimed_until__isnull=True) | Q(claimed_until__lt=now)
    waiting = Delivery.objects.filter(webhook=OuterRef("pk"), state=DeliveryState.WAITING)
    changes = GoldChange.objects.filter(project=OuterRef("project"), pk__gt=OuterRef("after_seq"))
    alerts = Alert.objects.filter(project=OuterRef("project"), pk__gt=OuterRef("after_alert"))
    rows = Webhook.objects.filter(free, state=WebhookState.ACTIVE)
    if project_id is not None:
        rows = rows.filter(project_id=project_id)
    news = Q(told__contains=[Told.LABELS]) & Q(Exists(changes)) | Q(told__contains=[Told.ALERTS]) & Q(Exists(alerts))
    is_due = Q(Exists(waiting.filter(next_attempt_at__lte=now))) | (~Q(Exists(waiting)) & news)
    yield from rows.filter(is_due).values_list("pk", flat=True)


def forget_old(now: datetime) -> None:
    Delivery.objects.filter(finished_at__lt=now - KEEP_DELIVERIES).delete()

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class WebhookState(models.TextChoices):
    ACTIVE = "active", _("Active")
    PAUSED = "paused", _("Paused")
    STOPPED = "stopped", _("Stopped after too many failures")


class Told(models.TextChoices):
    """What a webhook may be told of."""

    LABELS = "labels.changed", _("Changes of gold")
    ALERTS = "alert.raised", _("Alerts")


def only_labels() -> list[str]:
    return [Told.LABELS.value]


class DeliveryState(models.TextChoices):
    WAITING = "waiting", _("Waiting")
    DELIVERED = "delivered", _("Delivered")
    FAILED = "failed", _("Failed")


class Webhook(models.Model):
    """An address that is told of every change of gold, of alerts, or of both, each in order.

    `after_seq`: the last change that it has taken; `after_alert`: the last alert.
    """

    project = models.ForeignKey("annotation.Project", on_delete=models.CASCADE, related_name="webhooks")
    url = models.CharField(_("address"), max_length=2000)
    secret = models.CharField(max_length=64)
    state = models.CharField(max_length=10, choices=WebhookState.choices, default=WebhookState.ACTIVE)
    told = ArrayField(models.CharField(max_length=20, choices=Told.choices), default=only_labels)
    after_seq = models.BigIntegerField(default=0)
    after_alert = models.BigIntegerField(default=0, db_default=0)
    # Whoever delivers holds the webhook until then; a killed worker lets go of it by itself.
    claimed_until = models.DateTimeField(null=True, blank=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        app_label = "annotation"
        ordering = ["id"]

    def __str__(self) -> str:
        return f"webhook {self.pk} of project {self.project_id}"


class Delivery(models.Model):
    """A run of changes, or one alert, sent in one request; tried again until it is taken, and only then the next.

    `first_seq` and `last_seq`: the first and the last change, or the alert.
    """

    webhook = models.ForeignKey("annotation.Webhook", on_delete=models.CASCADE, related_name="deliveries")
    about = models.CharField(max_length=20, choices=Told.choices, default=Told.LABELS, db_default=Told.LABELS)
    first_seq = models.BigIntegerField()
    last_seq = models.BigIntegerField()
    changes = models.PositiveIntegerField()
    state = models.CharField(max_length=10, choices=DeliveryState.choices, default=DeliveryState.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_attempt_at = models.DateTimeField()
    status = models.PositiveSmallIntegerField(null=True, blank=True)
    error = models.CharField(max_length=300, blank=True)
    seconds = models.FloatField(default=0.0)
    created_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        app_label = "annotation"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["webhook"], condition=Q(state="waiting"), name="one_waiting_delivery_a_webhook"
            ),
        ]

    def __str__(self) -> str:
        return f"delivery {self.pk}: {self.first_seq} to {self.last_seq}, {self.state}"

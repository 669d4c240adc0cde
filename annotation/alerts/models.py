from django.conf import settings
from django.db import models
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _


class AlertKind(models.TextChoices):
    """What may be wrong. Data only: whoever watches says so, and this package knows no models."""

    SURGE = "surge", _("Surge of negative answers")
    DRIFT = "drift", _("Drift")
    STALLED = "stalled", _("Stalled queue")
    CERTIFICATE = "certificate_revoked", _("Revoked certificate")
    RUN = "run_failed", _("Failed run")
    DECAY = "decay", _("Worse at known answers")


class AlertState(models.TextChoices):
    OPEN = "open", _("Open")
    SNOOZED = "snoozed", _("Snoozed")
    CLOSED = "closed", _("Closed")


class StepKind(models.TextChoices):
    """What happened to an alert. ENDED: closed by the site, because the cause was over."""

    RAISED = "raised", _("Raised")
    AGAIN = "again", _("Happened again")
    SNOOZED = "snoozed", _("Snoozed")
    WOKE = "woke", _("Open again")
    CLOSED = "closed", _("Closed")
    ENDED = "ended", _("Closed by itself: the cause is over")


class MailState(models.TextChoices):
    NONE = "none", _("Not wanted")
    WAITING = "waiting", _("Waiting")
    SENT = "sent", _("Sent")
    FAILED = "failed", _("Failed")


class AlertRule(models.Model):
    """A project's own thresholds of one kind; without a row the kind is on, with the thresholds of rules.py."""

    project = models.ForeignKey("annotation.Project", on_delete=models.CASCADE, related_name="alert_rules")
    kind = models.CharField(max_length=20, choices=AlertKind.choices)
    is_on = models.BooleanField(default=True)
    thresholds = models.JSONField(default=dict, blank=True)
    changed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        app_label = "annotation"
        constraints = [models.UniqueConstraint(fields=["project", "kind"], name="one_alert_rule_a_kind")]

    def __str__(self) -> str:
        return f"{self.kind} in project {self.project_id}"


class AlertQuerySet(QuerySet["Alert"]):
    def going_on(self) -> "AlertQuerySet":
        """Open or snoozed."""
        return self.exclude(state=AlertState.CLOSED)


class Alert(models.Model):
    """Something that people should look at. `subject`: what it is about; one alert of a kind and subject at a time.

    `figures`: what raised it, never changed. `documents`: the filter that finds the documents behind, see asked.py of
    the room quality. `times`: how often it happened while the alert was open; `last_at`: the last time.
    """

    project = models.ForeignKey("annotation.Project", on_delete=models.CASCADE, related_name="alerts")
    kind = models.CharField(max_length=20, choices=AlertKind.choices)
    subject = models.CharField(max_length=200, blank=True)
    state = models.CharField(max_length=10, choices=AlertState.choices, default=AlertState.OPEN)
    figures = models.JSONField(default=dict)
    documents = models.TextField(blank=True)
    times = models.PositiveIntegerField(default=1)
    raised_at = models.DateTimeField()
    last_at = models.DateTimeField()
    snoozed_until = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)

    objects = AlertQuerySet.as_manager()

    class Meta:
        app_label = "annotation"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["project", "kind", "subject"], condition=~Q(state="closed"), name="one_alert_a_cause"
            ),
        ]
        indexes = [
            models.Index(fields=["project", "-id"], name="alert_of_project"),
            models.Index(fields=["snoozed_until"], condition=Q(state="snoozed"), name="alert_snoozed"),
        ]

    def __str__(self) -> str:
        return f"alert {self.pk}: {self.kind}, {self.state}"


class AlertStep(models.Model):
    """What happened to an alert and who did it; never changed. `by`: nobody where the site did."""

    alert = models.ForeignKey(Alert, on_delete=models.CASCADE, related_name="steps")
    kind = models.CharField(max_length=10, choices=StepKind.choices)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    note = models.CharField(max_length=500, blank=True)
    until = models.DateTimeField(null=True, blank=True)
    at = models.DateTimeField()

    class Meta:
        app_label = "annotation"
        ordering = ["id"]

    def __str__(self) -> str:
        return f"alert {self.alert_id}: {self.kind}"


class Notification(models.Model):
    """An alert as one person is told of it. The database counts the unread ones on the person's row.

    It goes with the membership: who leaves a project is told nothing more of it. `mail_due_at`: when it is sent, or
    sent again; while a worker sends it, when another one may.
    """

    alert = models.ForeignKey(Alert, on_delete=models.CASCADE, related_name="notifications")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notifications")
    membership = models.ForeignKey("annotation.Membership", on_delete=models.CASCADE, related_name="+")
    is_on_page = models.BooleanField(default=True)
    read_at = models.DateTimeField(null=True, blank=True)
    mail = models.CharField(max_length=10, choices=MailState.choices, default=MailState.NONE)
    mail_attempts = models.PositiveSmallIntegerField(default=0)
    mail_due_at = models.DateTimeField(null=True, blank=True)
    mail_error = models.CharField(max_length=300, blank=True)
    mailed_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField()

    class Meta:
        app_label = "annotation"
        ordering = ["-id"]
        constraints = [models.UniqueConstraint(fields=["alert", "user"], name="one_notification_a_person")]
        indexes = [
            models.Index(fields=["user", "-id"], name="notification_of_person"),
            models.Index(fields=["user"], condition=Q(read_at=None, is_on_page=True), name="notification_unread"),
            models.Index(fields=["mail_due_at"], condition=Q(mail="waiting"), name="notification_to_mail"),
        ]

    def __str__(self) -> str:
        return f"alert {self.alert_id} for {self.user_id}"


class NotificationChoice(models.Model):
    """By which channels a person is told of one kind of alert; without a row: on the page alone."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notification_choices")
    kind = models.CharField(max_length=20, choices=AlertKind.choices)
    on_page = models.BooleanField(default=True)
    by_mail = models.BooleanField(default=False)

    class Meta:
        app_label = "annotation"
        constraints = [models.UniqueConstraint(fields=["user", "kind"], name="one_choice_a_kind")]

    def __str__(self) -> str:
        return f"{self.kind} for {self.user_id}"

"""What reviewers decided, value by value and span by span: one row each, written with the review itself."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class DecisionKind(models.TextChoices):
    """The glossary's corrections: from the answer that was judged to the result."""

    ACCEPTED = "accepted", pgettext_lazy("correction", "Accepted")
    RELABELED = "relabeled", pgettext_lazy("correction", "Relabeled")
    MOVED = "moved", pgettext_lazy("correction", "Moved")
    ADDED = "added", pgettext_lazy("correction", "Added")
    REMOVED = "removed", pgettext_lazy("correction", "Removed")


class Judged(models.TextChoices):
    PERSON = "person", _("A person's answer")
    MODEL = "model", _("The model's answer")


class DecisionQuerySet(QuerySet["Decision"]):
    def of_people(self) -> "DecisionQuerySet":
        return self.filter(of=Judged.PERSON)

    def of_models(self) -> "DecisionQuerySet":
        return self.filter(of=Judged.MODEL)

    def counted(self, *by: str) -> list[dict[str, Any]]:  # Any: values of columns
        """How many of each kind, by these fields: `counted("label_set", "label", "person")`. One statement."""
        rows = self.values(*by, "kind").annotate(number=models.Count("pk"))
        return list(rows.order_by(*by, "kind"))

    def between(self, start: datetime | None, end: datetime | None) -> "DecisionQuerySet":
        """From `start` until before `end`; None leaves a side open."""
        rows = self if start is None else self.filter(created_at__gte=start)
        return rows if end is None else rows.filter(created_at__lt=end)


class Decision(models.Model):
    """One value or span of an answer, as a reviewer left it. Gone with the undo of its review."""

    project = models.ForeignKey("annotation.Project", on_delete=models.CASCADE, related_name="+", db_index=False)
    document = models.ForeignKey("annotation.Document", on_delete=models.CASCADE, related_name="+")
    review = models.ForeignKey(
        "annotation.Review", on_delete=models.CASCADE, null=True, blank=True, related_name="decisions"
    )
    adjudication = models.ForeignKey(
        "annotation.Adjudication", on_delete=models.CASCADE, null=True, blank=True, related_name="decisions"
    )
    of = models.CharField(max_length=6, choices=Judged.choices)
    # Whose answer was judged; null for the model's. `reviewer`: who decided.
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    reviewer = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    # The model version that had suggested this value or span as it was judged; null where none had.
    version = models.PositiveIntegerField(null=True, blank=True)
    label_set = models.CharField(max_length=100)
    kind = models.CharField(max_length=10, choices=DecisionKind.choices)
    # Labels before and after; empty where there was none, and for drafted texts. `label`: the one it counts under.
    label = models.CharField(max_length=100, blank=True)
    before = models.CharField(max_length=100, blank=True)
    after = models.CharField(max_length=100, blank=True)
    # Of a span, where it stood before and where it stands now, in code points.
    start_before = models.PositiveIntegerField(null=True, blank=True)
    end_before = models.PositiveIntegerField(null=True, blank=True)
    start = models.PositiveIntegerField(null=True, blank=True)
    end = models.PositiveIntegerField(null=True, blank=True)
    # What the reviewer needed for the whole document: the same on each of its rows.
    seconds = models.FloatField(default=0.0)
    created_at = models.DateTimeField()

    objects = DecisionQuerySet.as_manager()

    class Meta:
        app_label = "annotation"
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(review__isnull=True) ^ Q(adjudication__isnull=True), name="decision_of_one_review"
            )
        ]
        indexes = [models.Index(fields=["project", "created_at"], name="decision_by_time")]

    def __str__(self) -> str:
        return f"{self.label_set}: {self.kind}"

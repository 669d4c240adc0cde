from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

# Attempts at hidden gold stand outside of the rounds.
HIDDEN_ROUND = 0


class ItemKind(models.TextChoices):
    GUIDED = "guided", _("Guided: newcomers practice on it")
    HIDDEN = "hidden", _("Hidden: comes among the ordinary documents")


class GoldSet(models.Model):
    """Documents with known answers that are lent hidden among the others, under a name and with a share of their own.

    A retired set is lent no more; what people answered stays.
    """

    project = models.ForeignKey("annotation.Project", on_delete=models.CASCADE, related_name="gold_sets")
    name = models.CharField(_("name"), max_length=100)
    share = models.FloatField(_("hidden share"), default=0.0)
    retired_at = models.DateTimeField(null=True, blank=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        app_label = "annotation"
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["project", "name"], name="gold_set_name_once"),
            models.CheckConstraint(condition=Q(share__gte=0) & Q(share__lte=0.5), name="gold_set_share"),
        ]

    def __str__(self) -> str:
        return self.name


class PracticeItem(models.Model):
    """A document with gold that people learn the job on. Taken out, it stays as a row: attempts point at it."""

    project = models.ForeignKey("annotation.Project", on_delete=models.CASCADE, related_name="practice_items")
    document = models.OneToOneField("annotation.Document", on_delete=models.CASCADE, related_name="practice_item")
    kind = models.CharField(max_length=10, choices=ItemKind.choices, default=ItemKind.GUIDED)
    # The line of the guidelines that explains the answer.
    note = models.TextField(_("note"), blank=True)
    note_zh = models.TextField(_("note in Chinese"), blank=True)
    # Of hidden items; null: the project's own hidden gold, which has no name.
    gold_set = models.ForeignKey(GoldSet, on_delete=models.RESTRICT, null=True, blank=True, related_name="items")
    position = models.PositiveIntegerField(default=0)
    is_active = models.BooleanField(default=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        app_label = "annotation"
        ordering = ["position", "id"]
        indexes = [
            models.Index(fields=["project", "kind", "position"], condition=Q(is_active=True), name="practice_in_order")
        ]

    def __str__(self) -> str:
        return f"{self.kind} practice on document {self.document_id}"

    @property
    def note_here(self) -> str:
        """The note in the reader's language, or in the one there is."""
        in_chinese = (get_language() or "").startswith("zh")
        first, second = (self.note_zh, self.note) if in_chinese else (self.note, self.note_zh)
        return first or second


class PracticeAttempt(models.Model):
    """One person's first answer to a practice item in one round, as it was scored then. Never changed afterwards."""

    project = models.ForeignKey("annotation.Project", on_delete=models.CASCADE, related_name="+")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="practice_attempts")
    item = models.ForeignKey(PracticeItem, on_delete=models.CASCADE, related_name="attempts")
    round = models.PositiveSmallIntegerField(default=1)
    answer = models.JSONField(default=dict)
    score = models.FloatField()
    is_right = models.BooleanField()
    seconds = models.FloatField(default=0.0)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        app_label = "annotation"
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["item", "user", "round"], name="one_attempt_a_round")]
        indexes = [models.Index(fields=["project", "user", "round"], name="practice_of_person")]

    def __str__(self) -> str:
        return f"item {self.item_id} by {self.user_id}: {self.score:.2f}"

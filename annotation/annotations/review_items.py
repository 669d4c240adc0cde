from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from annotation.annotations.models import Annotation, Status


class ReviewReason(models.TextChoices):
    """Why a document waits for a reviewer. The random ones are a uniform sample of all answers, whatever the rest."""

    ALL = "all", _("Everything is reviewed")
    RANDOM = "random", _("Drawn at random")
    NEW_PERSON = "new_person", _("Among a person's first answers")
    UNCERTAIN = "uncertain", _("The model was not sure")
    CORRECTED = "corrected", _("Differs from the model's answer")
    PEOPLE_DIFFER = "people_differ", _("People answered differently")


class ItemState(models.TextChoices):
    OPEN = "open", pgettext_lazy("review", "Waiting")
    SENT_BACK = "sent_back", pgettext_lazy("review", "Sent back")
    DONE = "done", pgettext_lazy("review", "Done")


class ReviewItemQuerySet(QuerySet["ReviewItem"]):
    def waiting(self) -> "ReviewItemQuerySet":
        """Open ones whose document is still unsettled and whose answer still stands."""
        stands = Q(annotation__isnull=True) | Q(annotation__status="submitted")
        return self.filter(stands, state=ItemState.OPEN, document__state="annotated")

    def not_by(self, user_id: int) -> "ReviewItemQuerySet":
        """Leave out documents that this person has answered, too: nobody reviews their own work."""
        mine = Annotation.objects.filter(document=OuterRef("document"), user_id=user_id)
        return self.exclude(Exists(mine.exclude(status=Status.SKIPPED)))


class ReviewItem(models.Model):
    """A document that waits for a reviewer: one annotation of it, or (`annotation` null) several that differ."""

    project = models.ForeignKey("annotation.Project", on_delete=models.CASCADE, related_name="+", db_index=False)
    document = models.OneToOneField("annotation.Document", on_delete=models.CASCADE, related_name="review_item")
    annotation = models.ForeignKey(
        "annotation.Annotation", on_delete=models.CASCADE, null=True, blank=True, related_name="+"
    )
    state = models.CharField(max_length=10, choices=ItemState.choices, default=ItemState.OPEN)
    reason = models.CharField(max_length=15, choices=ReviewReason.choices)
    # Where its draw fell on [0, 1), and the share below which it was to be chosen for this reason; 1: always.
    place = models.FloatField()
    share = models.FloatField(default=1.0)
    # The reviewer answers first without seeing what people and model said.
    is_blind = models.BooleanField(default=False)
    first_answer = models.JSONField(null=True, blank=True)
    # How many times it was sent back.
    rounds = models.PositiveSmallIntegerField(default=0)
    lent_to = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    lent_until = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = ReviewItemQuerySet.as_manager()

    class Meta:
        app_label = "annotation"
        indexes = [
            models.Index(fields=["project", "id"], condition=Q(state="open"), name="review_item_open"),
            models.Index(fields=["project", "reason"], name="review_item_reason"),
        ]

    def __str__(self) -> str:
        return f"document {self.document_id}: {self.reason}, {self.state}"

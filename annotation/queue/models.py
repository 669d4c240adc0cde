from django.conf import settings
from django.db import models
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from annotation.comments.models import comment_count, is_flagged


class AssignmentState(models.TextChoices):
    OPEN = "open", _("Open")
    DONE = "done", _("Done")
    RETURNED = "returned", _("Given back")
    EXPIRED = "expired", _("Expired")


class AssignmentKind(models.TextChoices):
    """Why the document was lent. `hidden`: its gold is known, and the answer is compared with it afterwards.

    `audit`: the answer checks what the model would have been trusted with; lent without the prediction, and no part of
    the blind arm, for a certificate chose the document.
    """

    QUEUE = "queue", _("From the queue")
    HIDDEN = "hidden", _("Hidden gold")
    AUDIT = "audit", _("Audit of auto-accept")


class AssignmentQuerySet(QuerySet["Assignment"]):
    def with_document(self) -> "AssignmentQuerySet":
        """Each with its document and what people say about it, in one statement."""
        talk = {"comment_count": comment_count("document"), "is_flagged": is_flagged("document")}
        return self.select_related("document").annotate(**talk)


class Assignment(models.Model):
    """One document lent to one person until a time."""

    project = models.ForeignKey("annotation.Project", on_delete=models.CASCADE, related_name="+")
    document = models.ForeignKey("annotation.Document", on_delete=models.CASCADE, related_name="assignments")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="assignments")
    state = models.CharField(max_length=10, choices=AssignmentState.choices, default=AssignmentState.OPEN)
    kind = models.CharField(
        max_length=10, choices=AssignmentKind.choices, default=AssignmentKind.QUEUE, db_default=AssignmentKind.QUEUE
    )
    # Lent without its prediction, to measure what predictions do. Drawn at the document's first lending, for everybody.
    is_blind = models.BooleanField(default=False, db_default=False)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()

    # Filled in by with_document().
    comment_count: int = 0
    is_flagged: bool = False
    # False where lending found that the person has saved nothing of the document so far.
    may_have_annotation: bool = True

    objects = AssignmentQuerySet.as_manager()

    class Meta:
        app_label = "annotation"
        constraints = [
            models.UniqueConstraint(
                fields=["document", "user"], condition=Q(state="open"), name="one_open_assignment_a_person"
            ),
        ]
        indexes = [
            models.Index(fields=["project", "expires_at"], condition=Q(state="open"), name="assignment_expiry"),
            models.Index(fields=["user", "project"], condition=Q(state="open"), name="assignment_of_person"),
            models.Index(fields=["user", "created_at"], name="assignment_by_day"),
        ]

    def __str__(self) -> str:
        return f"document {self.document_id} to {self.user_id}: {self.state}"

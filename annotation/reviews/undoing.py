"""Take a decision back, within a short time and only where nothing came of it since."""

from datetime import timedelta

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from annotation.annotations.gold import NewGold, record_gold, withdraw_gold
from annotation.annotations.models import Annotation, Gold, Source, Status
from annotation.annotations.review_items import ItemState, ReviewItem
from annotation.comments.services import delete_comment
from annotation.documents.models import Document
from annotation.events.services import lock_order
from annotation.people.models import User
from annotation.queue.models import Assignment, AssignmentState
from annotation.reviews.models import Adjudication, AgreeingBatch, Review, Verdict
from annotation.reviews.services import ReviewConflict, tell

UNDO_FOR = timedelta(minutes=15)


@transaction.atomic
def undo_review(*, made: Review, reviewer: User) -> Review:
    """The annotation waits again, in this reviewer's hands. Doing it twice changes nothing more."""
    made = Review.objects.select_for_update(of=("self",)).select_related("annotation__document", "said").get(pk=made.pk)
    _check_own(made, reviewer)
    if made.undone_at is not None:
        return made
    document = made.annotation.document
    if made.verdict == Verdict.SEND_BACK:
        _take_back_sending(made)
    else:
        _restore_gold(made, document, Source.REVIEW)
    _reopen(document, reviewer, made.before)
    made.decisions.all().delete()
    made.undone_at = timezone.now()
    made.save(update_fields=["undone_at"])
    tell(document, {"annotation": made.annotation_id, "document": document.pk, "verdict": "undone"})
    return made


@transaction.atomic
def undo_adjudication(*, made: Adjudication, reviewer: User) -> Adjudication:
    made = Adjudication.objects.select_for_update(of=("self",)).select_related("document").get(pk=made.pk)
    _check_own(made, reviewer)
    if made.undone_at is not None:
        return made
    _restore_gold(made, made.document, Source.ADJUDICATION)
    _reopen(made.document, reviewer, made.before)
    made.decisions.all().delete()
    made.undone_at = timezone.now()
    made.save(update_fields=["undone_at"])
    tell(made.document, {"document": made.document_id, "verdict": "undone"})
    return made


@transaction.atomic
def undo_batch(*, batch: AgreeingBatch, reviewer: User) -> int:
    """How many documents are open again; what was settled anew meanwhile stays."""
    _check_own(batch, reviewer)
    undone = 0
    for row in batch.rows.filter(undone_at=None).order_by("document_id"):
        try:
            with transaction.atomic():
                undo_adjudication(made=row, reviewer=reviewer)
        except ReviewConflict:
            continue
        undone += 1
    AgreeingBatch.objects.filter(pk=batch.pk, undone_at=None).update(undone_at=timezone.now())
    return undone


def _check_own(made: Review | Adjudication | AgreeingBatch, reviewer: User) -> None:
    if made.reviewer_id != reviewer.pk:
        raise PermissionDenied(_("Only the person who decided takes it back."))
    if made.undone_at is None and timezone.now() - made.created_at > UNDO_FOR:
        minutes = int(UNDO_FOR.total_seconds() // 60)
        message = _("A decision can be taken back for %(minutes)d minutes; correct it instead.") % {"minutes": minutes}
        raise ValidationError({"review": ValidationError(message, code="too_late")})


def _restore_gold(made: Review | Adjudication, document: Document, source: Source) -> None:
    """Raises ReviewConflict where somebody decided again since."""
    lock_order(document.project_id)
    gold = Gold.objects.filter(pk=document.pk).first()
    reviews = Review.objects.filter(annotation__document=document, undone_at=None, created_at__gt=made.created_at)
    settled = Adjudication.objects.filter(document=document, undone_at=None, created_at__gt=made.created_at)
    if gold is None or gold.source != source or reviews.exists() or settled.exists():
        raise ReviewConflict("changed")
    before = made.before.get("gold")
    if before:
        gold_before = NewGold(document.pk, before["answer"], before["by"])
        record_gold(document.project_id, [gold_before], Source(before["source"]), is_locked=True)
    else:
        withdraw_gold(document.project_id, [document.pk])
    Document.objects.filter(pk=document.pk).update(state=made.before["state"], slots=made.before["slots"])


def _take_back_sending(made: Review) -> None:
    """Raises ReviewConflict where the annotator has begun to change the answer, or given the document back."""
    annotation = Annotation.objects.select_for_update().get(pk=made.annotation_id)
    if (annotation.version, annotation.status) != (made.annotation_version + 1, Status.DRAFT):
        raise ReviewConflict("changed")
    lent = Assignment.objects.filter(
        document=annotation.document_id, user=annotation.user_id, state=AssignmentState.OPEN
    )
    if not lent.update(state=AssignmentState.DONE):
        raise ReviewConflict("changed")
    annotation.status, annotation.sent_back = Status.SUBMITTED, None
    annotation.version += 1
    annotation.save(update_fields=["status", "version", "sent_back", "changed_at"])
    Document.objects.filter(pk=annotation.document_id).update(state=made.before["state"], slots=made.before["slots"])
    if made.said is not None:
        delete_comment(comment=made.said)


def _reopen(document: Document, reviewer: User, before: dict[str, object]) -> None:
    """Back into this reviewer's hands, as if it had just been lent."""
    if before.get("item_state") != ItemState.OPEN:
        return
    until = timezone.now() + timedelta(minutes=document.project.lease_minutes)
    rows = ReviewItem.objects.filter(document=document)
    rows.update(state=ItemState.OPEN, lent_to=reviewer, lent_until=until)

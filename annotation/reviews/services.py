"""Check other people's work: a verdict on one annotation, or one answer where several people differ."""

from dataclasses import dataclass
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from annotation.annotations.gold import NewGold, record_gold
from annotation.annotations.models import Annotation, Gold, Source, Status
from annotation.annotations.review_items import ItemState, ReviewItem
from annotation.answers.answer import JsonAnswer
from annotation.answers.label_sets import rules_for
from annotation.answers.rules import check_answer
from annotation.comments.models import Comment
from annotation.comments.services import NewComment, add_comment
from annotation.comments.wire import person_json
from annotation.documents.models import Document, State
from annotation.events.services import publish_mixed
from annotation.people.models import User
from annotation.predictions.models import Prediction
from annotation.queue.services import lend_again
from annotation.reviews.models import Adjudication, AgreeingBatch, Review, Verdict
from annotation.reviews.recording import Settled, record


class ReviewConflict(Exception):
    """Somebody else has it in hand, decided it, or changed the answer meanwhile; `code` says which."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Opinion:
    """What a reviewer says of an annotation; `answer` is needed to correct it.

    `start` and `end`: the stretch that the comment is about. `item_id`: what the reviewer was lent; `version`: the
    annotation's, as they saw it. With these a decision that comes too late is refused. `key`: see Review.key.
    """

    verdict: Verdict
    answer: object = None
    comment: str = ""
    start: int | None = None
    end: int | None = None
    seconds: float = 0.0
    item_id: int | None = None
    version: int | None = None
    key: str = ""


@dataclass(frozen=True, slots=True)
class Decided:
    """What a reviewer settles a document with, where people differ."""

    answer: object
    comment: str = ""
    seconds: float = 0.0
    item_id: int | None = None
    key: str = ""
    batch: AgreeingBatch | None = None


@transaction.atomic
def review(*, annotation: Annotation, reviewer: User, opinion: Opinion) -> Review:
    """Accepted or corrected, it becomes gold; sent back, its annotator gets the document again.

    Raises PermissionDenied for one's own work, ValidationError for work that can't be judged, AnswerError, and
    ReviewConflict.
    """
    annotation = (
        Annotation.objects.select_for_update(of=("self",))
        .select_related("document__project", "prediction", "user")
        .get(pk=annotation.pk)
    )
    if annotation.user_id == reviewer.pk:
        raise PermissionDenied(_("Nobody reviews their own work."))
    earlier = Review.objects.filter(reviewer=reviewer, key=opinion.key).first() if opinion.key else None
    if earlier is not None:
        return earlier
    document = annotation.document
    item = _item_in_hand(document, reviewer, opinion.item_id)
    if opinion.version not in (None, annotation.version):
        raise ReviewConflict("changed")
    _check_state(annotation, opinion)
    answer = _complete(document, opinion.answer) if opinion.verdict == Verdict.CORRECT else None
    made = _new_review(annotation, reviewer, opinion, item)
    made.answer = answer
    if opinion.verdict == Verdict.SEND_BACK:
        made.said = _say(document, reviewer, opinion)
        made.save()
        _send_back(annotation, made)
    else:
        made.save()
        result: JsonAnswer = annotation.answer if answer is None else answer
        by = reviewer.pk if answer is not None else annotation.user_id
        record(made, document.project_id, document.pk, Settled([annotation], annotation.prediction, result))
        record_gold(document.project_id, [NewGold(document.pk, result, by)], Source.REVIEW)
    _close_item(item, ItemState.SENT_BACK if opinion.verdict == Verdict.SEND_BACK else ItemState.DONE)
    said = {"annotation": annotation.pk, "document": document.pk, "verdict": opinion.verdict.value}
    tell(document, {**said, "user": annotation.user_id})
    return made


def _new_review(annotation: Annotation, reviewer: User, opinion: Opinion, item: ReviewItem | None) -> Review:
    return Review(
        annotation=annotation,
        annotation_version=annotation.version,
        reviewer=reviewer,
        verdict=opinion.verdict,
        comment=opinion.comment,
        start=opinion.start,
        end=opinion.end,
        seconds=opinion.seconds,
        first_answer=item.first_answer if item else None,
        key=opinion.key,
        before=state_before(annotation.document, item),
    )


@transaction.atomic
def adjudicate(*, document: Document, reviewer: User, decided: Decided) -> Adjudication:
    """Settle a document with this answer. Nobody settles one that they annotated themselves."""
    judged = list(Annotation.objects.filter(document=document, status=Status.SUBMITTED).order_by("id"))
    if any(annotation.user_id == reviewer.pk for annotation in judged):
        raise PermissionDenied(_("Nobody reviews their own work."))
    earlier = Adjudication.objects.filter(reviewer=reviewer, key=decided.key).first() if decided.key else None
    if earlier is not None:
        return earlier
    item = _item_in_hand(document, reviewer, decided.item_id)
    checked = _complete(document, decided.answer)
    made = Adjudication.objects.create(
        document=document,
        reviewer=reviewer,
        answer=checked,
        comment=decided.comment,
        seconds=decided.seconds,
        batch=decided.batch,
        key=decided.key,
        before=state_before(document, item),
    )
    shown = Prediction.objects.current([document.pk], document.project.production_version).get(document.pk)
    record(made, document.project_id, document.pk, Settled(judged, shown, checked))
    record_gold(document.project_id, [NewGold(document.pk, checked, reviewer.pk)], Source.ADJUDICATION)
    _close_item(item, ItemState.DONE)
    tell(document, {"document": document.pk, "verdict": "adjudicated"})
    return made


def keep_first_answer(*, item: ReviewItem, reviewer: User, answer: object) -> ReviewItem:
    """Note what the reviewer answers before seeing anybody's answer. The first one stays."""
    with transaction.atomic():
        held = _item_in_hand(item.document, reviewer, item.pk, first=True)
        if held is None or held.first_answer is not None:
            return held or item
        held.first_answer = _complete(item.document, answer)
        held.save(update_fields=["first_answer"])
    return held


def state_before(document: Document, item: ReviewItem | None) -> dict[str, Any]:  # Any: JSON
    """What an undo puts back."""
    present = Document.objects.values("state", "slots").get(pk=document.pk)
    gold = Gold.objects.filter(pk=document.pk).values("answer", "source", "by").first()
    return {**present, "gold": gold, "item_state": item.state if item else None}


def tell(document: Document, made: dict[str, object]) -> None:
    state = Document.objects.values_list("state", flat=True).get(pk=document.pk)
    changed = {"document": document.pk, "state": state}
    publish_mixed(document.project_id, [("review.made", made), ("document.changed", changed)])


def _item_in_hand(document: Document, reviewer: User, item_id: int | None, *, first: bool = False) -> ReviewItem | None:
    """The document's place in the queue of reviews, locked. Without `item_id` a reviewer may decide unasked."""
    item = ReviewItem.objects.select_for_update().filter(document=document).first()
    if item is None:
        return None
    is_others = item.lent_to_id not in (None, reviewer.pk) and (item.lent_until or timezone.now()) > timezone.now()
    if item.state == ItemState.OPEN and is_others:
        raise ReviewConflict("lent_to_other")
    if item_id is None:
        return item
    if item.pk != item_id or item.state != ItemState.OPEN:
        raise ReviewConflict("decided")
    if item.lent_to_id != reviewer.pk:
        raise ReviewConflict("not_in_hand")
    if item.is_blind and item.first_answer is None and not first:
        message = _("Answer first, without seeing what others said.")
        raise ValidationError({"answer": ValidationError(message, code="answer_first")})
    return item


def _close_item(item: ReviewItem | None, state: ItemState) -> None:
    if item is None:
        return
    item.rounds += state == ItemState.SENT_BACK
    item.state, item.lent_to, item.lent_until, item.first_answer = state, None, None, None
    item.save(update_fields=["state", "lent_to", "lent_until", "rounds", "first_answer"])


def _check_state(annotation: Annotation, opinion: Opinion) -> None:
    if annotation.status != Status.SUBMITTED:
        message = _("Only a submitted annotation can be reviewed.")
        raise ValidationError({"annotation": ValidationError(message, code="not_submitted")})
    if not Annotation.objects.filter(pk=annotation.pk).without_hidden_gold().exists():
        message = _("This answer was given to hidden gold: the document's answer is known, and stays.")
        raise ValidationError({"annotation": ValidationError(message, code="hidden_gold")})
    is_gold = annotation.document.state in (State.GOLD, State.AUTO_ACCEPTED)
    if opinion.verdict == Verdict.SEND_BACK and is_gold:
        message = _("This document has gold already; correct it instead.")
        raise ValidationError({"verdict": ValidationError(message, code="already_gold")})


def _complete(document: Document, answer: object) -> JsonAnswer:
    rules = rules_for(document.project_id)
    return check_answer(answer, rules=rules, text=document.text, parts=document.parts_typed, complete=True).as_json()


def _say(document: Document, reviewer: User, opinion: Opinion) -> Comment | None:
    """The comment stands in the document's talk, too, where its annotator can answer it."""
    if not opinion.comment.strip():
        return None
    new = NewComment(opinion.comment, opinion.start, opinion.end)
    return add_comment(document=document, user=reviewer, new=new)[0]


def _send_back(annotation: Annotation, made: Review) -> None:
    annotation.status = Status.DRAFT
    annotation.version += 1
    annotation.sent_back = {
        "by": person_json(made.reviewer),
        "text": made.comment,
        "start": made.start,
        "end": made.end,
        "at": made.created_at.isoformat(),
    }
    annotation.save(update_fields=["status", "version", "sent_back", "changed_at"])
    lend_again(document=annotation.document, user=annotation.user)

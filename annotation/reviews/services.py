"""Check other people's work: a verdict on one annotation, or one answer where several people differ."""

from dataclasses import dataclass

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from annotation.annotations.gold import NewGold, record_gold
from annotation.annotations.models import Annotation, Gold, Source, Status
from annotation.answers.answer import JsonAnswer
from annotation.answers.label_sets import rules_for
from annotation.answers.rules import check_answer
from annotation.documents.models import Document, State
from annotation.events.services import publish_mixed
from annotation.people.models import User
from annotation.queue.services import lend_again
from annotation.reviews.models import Review, Verdict


@dataclass(frozen=True, slots=True)
class Opinion:
    """What a reviewer says of an annotation; `answer` is needed to correct it."""

    verdict: Verdict
    answer: object = None
    comment: str = ""


@transaction.atomic
def review(*, annotation: Annotation, reviewer: User, opinion: Opinion) -> Review:
    """Accepted or corrected, it becomes gold; sent back, its annotator gets the document again.

    Raises PermissionDenied for one's own work, ValidationError for work that can't be judged, AnswerError.
    """
    annotation = Annotation.objects.select_for_update().select_related("document__project").get(pk=annotation.pk)
    if annotation.user_id == reviewer.pk:
        raise PermissionDenied(_("Nobody reviews their own work."))
    _check_state(annotation, opinion)
    document = annotation.document
    answer = _complete(document, opinion.answer) if opinion.verdict == Verdict.CORRECT else None
    made = Review.objects.create(
        annotation=annotation,
        annotation_version=annotation.version,
        reviewer=reviewer,
        verdict=opinion.verdict,
        answer=answer,
        comment=opinion.comment,
    )
    if opinion.verdict == Verdict.SEND_BACK:
        _send_back(annotation)
    else:
        by = reviewer.pk if answer is not None else annotation.user_id
        gold = NewGold(document.pk, annotation.answer if answer is None else answer, by)
        record_gold(document.project_id, [gold], Source.REVIEW)
    _tell(document, {"annotation": annotation.pk, "document": document.pk, "verdict": opinion.verdict.value})
    return made


@transaction.atomic
def adjudicate(*, document: Document, reviewer: User, answer: object) -> Gold:
    """Settle a document with this answer. Nobody settles one that they annotated themselves."""
    if Annotation.objects.filter(document=document, user=reviewer, status=Status.SUBMITTED).exists():
        raise PermissionDenied(_("Nobody reviews their own work."))
    checked = _complete(document, answer)
    record_gold(document.project_id, [NewGold(document.pk, checked, reviewer.pk)], Source.ADJUDICATION)
    _tell(document, {"document": document.pk, "verdict": "adjudicated"})
    return Gold.objects.get(pk=document.pk)


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


def _send_back(annotation: Annotation) -> None:
    annotation.status = Status.DRAFT
    annotation.version += 1
    annotation.save(update_fields=["status", "version", "changed_at"])
    lend_again(document=annotation.document, user=annotation.user)


def _tell(document: Document, made: dict[str, object]) -> None:
    state = Document.objects.values_list("state", flat=True).get(pk=document.pk)
    changed = {"document": document.pk, "state": state}
    publish_mixed(document.project_id, [("review.made", made), ("document.changed", changed)])

"""Read one person's answers in one project, for figures about their own work."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Count
from django.db.models.functions import TruncDate
from django.utils import timezone

from annotation.annotations.models import Annotation, Source, Status
from annotation.answers.answer import Answer, from_stored
from annotation.people.models import User
from annotation.projects.models import Project
from annotation.quality.agreement import Pair
from annotation.quality.pace import DAYS

# The newest answers of a person; older ones are counted by day only.
MOST_READ = 2_000
MOST_OTHERS = 10_000


@dataclass(frozen=True, slots=True)
class OwnAnswer:
    """`predicted`: what the model proposed, None for a blind or an unprelabeled document."""

    document_id: int
    answer: Answer
    seconds: float
    at: datetime
    is_blind: bool
    predicted: Answer | None
    gold: Answer | None
    gold_source: str
    gold_by: int | None


def newest_answers(*, project: Project, user: User) -> list[OwnAnswer]:
    """The person's submitted answers, newest first, at most MOST_READ. One statement."""
    rows = (
        Annotation.objects.filter(user=user, document__project=project, status=Status.SUBMITTED)
        .order_by("-id")
        .values_list(
            "document_id",
            "answer",
            "seconds",
            "changed_at",
            "is_blind",
            "prediction__answer",
            "document__gold__answer",
            "document__gold__source",
            "document__gold__by_id",
        )[:MOST_READ]
    )
    return [
        OwnAnswer(
            document_id=document_id,
            answer=from_stored(answer),
            seconds=seconds,
            at=at,
            is_blind=is_blind,
            predicted=None if predicted is None else from_stored(predicted),
            gold=None if gold is None else from_stored(gold),
            gold_source=source or "",
            gold_by=by,
        )
        for document_id, answer, seconds, at, is_blind, predicted, gold, source, by in rows
    ]


def documents_by_day(*, project: Project, user: User) -> dict[date, int]:
    """How many answers the person submitted on each of the last days, by the day of their last change."""
    since = timezone.now() - timedelta(days=DAYS)
    rows = (
        Annotation.objects.filter(user=user, document__project=project, status=Status.SUBMITTED, changed_at__gte=since)
        .values_list(TruncDate("changed_at"))
        .annotate(Count("id"))
        .order_by()
    )
    return dict(rows)


def pairs_with_others(answers: Sequence[OwnAnswer], *, user: User) -> list[Pair]:
    """Each own answer beside everybody else's for the same document, newest first, at most MOST_OTHERS."""
    mine = {answer.document_id: answer.answer for answer in answers}
    others = (
        Annotation.objects.filter(document_id__in=list(mine), status=Status.SUBMITTED)
        .exclude(user=user)
        .order_by("-id")
        .values_list("document_id", "answer")[:MOST_OTHERS]
    )
    return [Pair(document_id, mine[document_id], from_stored(answer)) for document_id, answer in others]


def pairs_with_gold(answers: Sequence[OwnAnswer], *, user: User, shared: set[int]) -> list[Pair]:
    """Each own answer beside the gold in which somebody else had a say.

    `shared`: documents that others answered too. Where all of them agreed there is nothing left to settle, but leaving
    those documents out would show the disputed ones alone.
    """
    return [
        Pair(answer.document_id, answer.answer, answer.gold)
        for answer in answers
        if answer.gold is not None and _others_had_a_say(answer, user, shared)
    ]


def _others_had_a_say(answer: OwnAnswer, user: User, shared: set[int]) -> bool:
    if answer.gold_source in (Source.REVIEW, Source.ADJUDICATION):
        return True  # nobody reviews or settles their own work
    if answer.gold_source == Source.AUTO_ACCEPT:
        return False
    return answer.gold_by != user.pk or answer.document_id in shared

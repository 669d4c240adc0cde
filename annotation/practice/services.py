"""Practice on documents whose answer is known: lend items, score answers, open the queue at the pass mark.

Nothing here touches annotations, gold, a document's state or the change feed.
"""

from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from annotation.answers.answer import JsonAnswer
from annotation.answers.label_sets import rules_for
from annotation.answers.rules import LabelSetRule, check_answer
from annotation.people.models import User
from annotation.practice.feedback import Feedback, score_beside_gold
from annotation.practice.models import HIDDEN_ROUND, ItemKind, PracticeAttempt, PracticeItem
from annotation.practice.rounds import (
    Answered,
    Progress,
    current_round,
    last_round,
    progress_in,
    size_of_round,
    upcoming,
)
from annotation.projects.models import Membership, Project, Role


@dataclass(frozen=True, slots=True)
class PracticeAnswer:
    """An answer as a client sends it. `round`: the one its item was given for; None for the present one."""

    answer: object
    seconds: float = 0.0
    round: int | None = None


@dataclass(frozen=True, slots=True)
class _Standing:
    """What a person has answered so far, and what there is to answer."""

    items: list[int]
    answered: list[Answered]
    of: int

    def progress(self, membership: Membership, round_: int) -> Progress:
        mark, passed = membership.project.practice_pass_mark, membership.passed_practice_at is not None
        return progress_in(self.answered, round_, of=self.of, pass_mark=mark, passed=passed)


def missing_practice(membership: Membership) -> Progress | None:
    """What stands between this person and the queue, or None. Costs no statement where practice is off or passed."""
    is_asked = membership.project.practice_size > 0 and membership.role == Role.ANNOTATOR
    if not is_asked or membership.passed_practice_at is not None:
        return None
    standing = _standing(membership.project, membership.user_id)
    progress = standing.progress(membership, current_round(standing.answered, standing.of))
    return progress if standing.of else None


def next_items(*, membership: Membership, count: int, again: bool = False) -> tuple[list[PracticeItem], Progress]:
    """The next items of this person's round, with documents; a new round where the last one missed the mark.

    Who has passed gets none, unless they ask for another round with `again`.
    """
    standing = _standing(membership.project, membership.user_id)
    round_ = current_round(standing.answered, standing.of)
    progress = standing.progress(membership, round_)
    if progress.passed and not progress.done and not again:
        return [], standing.progress(membership, last_round(standing.answered))
    seed = f"{membership.project.salt}:{membership.user_id}"
    ids = upcoming(standing.items, standing.answered, round_, of=standing.of, seed=seed)[:count]
    rows = PracticeItem.objects.select_related("document").in_bulk(ids)
    return [rows[pk] for pk in ids], progress


def answer_item(*, item: PracticeItem, user: User, asked: PracticeAnswer) -> Feedback:
    """Score an answer and keep it; the first answer to an item in a round counts, a repeat tells the same again.

    `item` comes with its project, its document and its gold. Raises AnswerError, and ValidationError for an old round.
    """
    rules = rules_for(item.project_id)
    checked = _checked(item, asked, rules)
    with transaction.atomic():
        membership = Membership.objects.select_for_update().get(project=item.project_id, user=user)
        membership.project = item.project
        standing = _standing(item.project, user.pk)
        round_ = _round_for(item, user, asked, checked, standing)
        found = score_beside_gold(checked, item.document, {rule.name: rule.kind for rule in rules})
        attempt, is_new = PracticeAttempt.objects.get_or_create(
            item=item,
            user=user,
            round=round_,
            defaults={
                "project": item.project,
                "answer": checked,
                "score": found.total,
                "is_right": found.is_right,
                "seconds": asked.seconds,
            },
        )
        if is_new:
            standing.answered.append(Answered(item.pk, round_, attempt.score))
        progress = _pass(membership, standing.progress(membership, round_), standing)
    return Feedback(attempt, item, progress)


def _standing(project: Project, user_id: int) -> _Standing:
    guided = PracticeItem.objects.filter(project=project, kind=ItemKind.GUIDED, is_active=True)
    items = list(guided.filter(document__gold__isnull=False).values_list("pk", flat=True))
    attempts = PracticeAttempt.objects.filter(project=project, user_id=user_id, round__gt=HIDDEN_ROUND)
    answered = [Answered(*row) for row in attempts.values_list("item_id", "round", "score")]
    return _Standing(items, answered, size_of_round(project.practice_size, len(items)))


def _checked(item: PracticeItem, asked: PracticeAnswer, rules: list[LabelSetRule]) -> JsonAnswer:
    document = item.document
    return check_answer(
        asked.answer, rules=rules, text=document.text, parts=document.parts_typed, complete=True
    ).as_json()


def _round_for(item: PracticeItem, user: User, asked: PracticeAnswer, checked: JsonAnswer, standing: _Standing) -> int:
    """Where an answer belongs. Without a round it is a repeat of the last round's, if it says the same."""
    current, last = current_round(standing.answered, standing.of), last_round(standing.answered)
    if asked.round is None:
        earlier = PracticeAttempt.objects.filter(item=item, user=user, round=last).first()
        return last if earlier and (last == current or earlier.answer == checked) else current
    is_answered = any((each.item_id, each.round) == (item.pk, asked.round) for each in standing.answered)
    if asked.round != current and not is_answered:
        message = _("This round of practice is over.")
        raise ValidationError({"round": ValidationError(message, code="round_over")})
    return asked.round


def _pass(membership: Membership, progress: Progress, standing: _Standing) -> Progress:
    if membership.passed_practice_at is None and progress.reaches_mark:
        membership.passed_practice_at = timezone.now()
        membership.save(update_fields=["passed_practice_at"])
        return standing.progress(membership, progress.round)
    return progress

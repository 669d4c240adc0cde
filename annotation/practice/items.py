"""What managers do: choose the documents people learn the job on, say why, and see how far everybody is."""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Avg, Count, Max
from django.utils import timezone
from django.utils.translation import gettext as _

from annotation.documents.models import Document, DocumentQuerySet
from annotation.people.models import User
from annotation.practice.models import HIDDEN_ROUND, ItemKind, PracticeAttempt, PracticeItem
from annotation.practice.rounds import size_of_round
from annotation.practice.spread import labels_of, spread
from annotation.projects.models import Kind, LabelSet, Membership, Project, Role

MAX_ITEMS = 500
# Documents looked at to spread a draw over the labels: the cost must not grow with the project.
MOST_CANDIDATES = 2_000


@dataclass(frozen=True, slots=True)
class PersonInPractice:
    """Where one member stands. `score`: mean of the last round; `hidden_score`: of all hidden gold answered."""

    membership: Membership
    rounds: int
    done: int
    of: int
    score: float | None
    hidden_answers: int
    hidden_score: float | None
    is_stopped: bool


def documents_to_add(project: Project) -> DocumentQuerySet:
    """Documents with gold that are no practice items now."""
    return Document.objects.filter(project=project, gold__isnull=False).exclude(practice_item__is_active=True)


@transaction.atomic
def add_items(*, project: Project, user: User, document_ids: Sequence[int], kind: ItemKind) -> int:
    """Put documents at the end of the practice; returns how many are new.

    Raises ValidationError for a document without gold, or of another project.
    """
    wanted = list(dict.fromkeys(document_ids))
    present = PracticeItem.objects.filter(project=project)
    active = present.filter(is_active=True)
    new = list(documents_to_add(project).filter(pk__in=wanted).values_list("pk", flat=True))
    if len(new) + active.filter(document__in=wanted).count() < len(wanted):
        message = _("Only a document with gold can be practiced on.")
        raise ValidationError({"documents": ValidationError(message, code="no_gold")})
    if active.filter(gold_set=None).count() + len(new) > MAX_ITEMS:
        message = _("A project has at most %(limit)d practice documents.") % {"limit": MAX_ITEMS}
        raise ValidationError({"documents": ValidationError(message, code="too_many")})
    start = (present.aggregate(last=Max("position"))["last"] or 0) + 1
    new.sort(key=wanted.index)
    PracticeItem.objects.bulk_create(
        [
            PracticeItem(project=project, document_id=document_id, kind=kind, position=position, created_by=user)
            for position, document_id in enumerate(new, start)
        ],
        update_conflicts=True,
        unique_fields=["document"],
        update_fields=["kind", "position", "is_active", "gold_set"],
    )
    return len(new)


@transaction.atomic
def add_at_random(*, project: Project, user: User, count: int, kind: ItemKind) -> int:
    """Add documents with gold drawn by chance, so that every label comes up; returns how many."""
    names = LabelSet.objects.filter(project=project).exclude(kind=Kind.TEXT).values_list("name", flat=True)
    rows = documents_to_add(project).order_by("?").values_list("pk", "gold__answer")[:MOST_CANDIDATES]
    label_sets = list(names)
    candidates = {pk: labels_of(answer, label_sets) for pk, answer in rows}
    return add_items(project=project, user=user, document_ids=spread(candidates, count, Random()), kind=kind)


def change_item(*, item: PracticeItem, kind: ItemKind, note: str, note_zh: str) -> PracticeItem:
    item.kind, item.note, item.note_zh = kind, note.strip(), note_zh.strip()
    item.save(update_fields=["kind", "note", "note_zh"])
    return item


@transaction.atomic
def move_item(*, item: PracticeItem, is_up: bool) -> None:
    """Change places with the neighbor of the same kind; at the end nothing happens."""
    rows = PracticeItem.objects.select_for_update().filter(project=item.project_id, kind=item.kind, is_active=True)
    ordered = list(rows.order_by("position", "id"))
    at = next((place for place, row in enumerate(ordered) if row.pk == item.pk), None)
    if at is None:
        return
    other = at - 1 if is_up else at + 1
    if not 0 <= other < len(ordered):
        return
    ordered[at], ordered[other] = ordered[other], ordered[at]
    places = sorted({row.position for row in ordered})
    if len(places) < len(ordered):
        places = list(range(places[0], places[0] + len(ordered)))
    for row, position in zip(ordered, places, strict=True):
        row.position = position
    PracticeItem.objects.bulk_update(ordered, ["position"])


def remove_item(*, item: PracticeItem) -> None:
    """Take a document out of the practice. What people answered stays, and comes back with it."""
    PracticeItem.objects.filter(pk=item.pk).update(is_active=False)


def open_queue(*, membership: Membership, is_open: bool) -> None:
    """Let a person into the queue without practice, or ask them to practice again."""
    Membership.objects.filter(pk=membership.pk).update(passed_practice_at=timezone.now() if is_open else None)


def people_in_practice(project: Project) -> list[PersonInPractice]:
    """Every annotator, and everybody else who has tried. Three statements, whatever the number of people."""
    guided = PracticeItem.objects.filter(project=project, kind=ItemKind.GUIDED, is_active=True)
    of = size_of_round(project.practice_size, guided.filter(document__gold__isnull=False).count())
    rounds: dict[int, dict[int, tuple[int, float]]] = {}
    attempts = PracticeAttempt.objects.filter(project=project).order_by("user", "round")
    for user_id, round_, count, mean in attempts.values_list("user", "round").annotate(Count("id"), Avg("score")):
        rounds.setdefault(user_id, {})[round_] = (count, mean)
    members = Membership.objects.filter(project=project).select_related("user").order_by("user__username")
    return [
        _person(member, rounds.get(member.user_id, {}), of, is_asked=project.practice_size > 0)
        for member in members
        if member.role == Role.ANNOTATOR or member.user_id in rounds
    ]


def _person(
    membership: Membership, rounds: dict[int, tuple[int, float]], of: int, *, is_asked: bool
) -> PersonInPractice:
    last = max(rounds, default=HIDDEN_ROUND)
    done, score = rounds[last] if last else (0, None)
    hidden_answers, hidden_score = rounds.get(HIDDEN_ROUND, (0, None))
    is_free = membership.role != Role.ANNOTATOR or membership.passed_practice_at is not None
    return PersonInPractice(
        membership=membership,
        rounds=last,
        done=done,
        of=of,
        score=score,
        hidden_answers=hidden_answers,
        hidden_score=hidden_score,
        is_stopped=is_asked and of > 0 and not is_free,
    )

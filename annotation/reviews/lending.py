"""Who reviews what: two reviewers never have the same in hand, and nobody gets what they have answered themselves."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from annotation.annotations.models import Annotation, Status
from annotation.annotations.review_items import ReviewItem, ReviewItemQuerySet, ReviewReason
from annotation.people.models import User
from annotation.projects.models import LabelSet, Project

MAX_IN_HAND = 50
# Beyond this many, a page says "more than".
MOST_COUNTED = 1_000


@dataclass(frozen=True, slots=True)
class ReviewFilter:
    """What a reviewer wants to see; empty: everything. `label` is a label of any label set, or of `label_set`."""

    person_id: int | None = None
    label: str = ""
    label_set: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class InHand:
    """What a reviewer holds after lending, oldest first, and how many wait in all, theirs included."""

    items: list[ReviewItem]
    waiting: int


@dataclass(frozen=True, slots=True)
class AskedReviews:
    count: int = 1
    only: ReviewFilter = field(default_factory=ReviewFilter)


@transaction.atomic
def lend_reviews(*, project: Project, reviewer: User, asked: AskedReviews) -> InHand:
    """Bring what this reviewer holds to `count`: what they have and still want stays theirs, the rest is given back."""
    now = timezone.now()
    rows = wanted(project, reviewer, asked.only)
    count = min(asked.count, MAX_IN_HAND)
    held = list(rows.filter(lent_to=reviewer, lent_until__gt=now).order_by("id").values_list("pk", flat=True)[:count])
    mine = ReviewItem.objects.filter(project=project, lent_to=reviewer)
    mine.exclude(pk__in=held).update(lent_to=None, lent_until=None)
    free = rows.filter(Q(lent_to=None) | Q(lent_until__lte=now)).order_by("id")
    picked = list(
        free.select_for_update(of=("self",), skip_locked=True).values_list("pk", flat=True)[: count - len(held)]
    )
    ids = [*held, *picked]
    # A first answer that somebody else gave blind is theirs.
    ReviewItem.objects.filter(pk__in=picked).exclude(lent_to=reviewer).update(first_answer=None)
    until = now + timedelta(minutes=project.lease_minutes)
    ReviewItem.objects.filter(pk__in=ids).update(lent_to=reviewer, lent_until=until)
    found = ReviewItem.objects.filter(pk__in=ids).select_related("document").order_by("id")
    return InHand(list(found), rows.order_by()[:MOST_COUNTED].count())


def wanted(project: Project, reviewer: User, only: ReviewFilter) -> ReviewItemQuerySet:
    """What waits in this project for this reviewer, whoever has it in hand."""
    rows = ReviewItem.objects.filter(project=project).waiting().not_by(reviewer.pk)
    if only.reason in ReviewReason.values:
        rows = rows.filter(reason=only.reason)
    answers = Annotation.objects.filter(document=OuterRef("document"), status=Status.SUBMITTED)
    if only.person_id is not None:
        rows = rows.filter(Exists(answers.filter(user_id=only.person_id)))
    if only.label:
        names = [only.label_set] if only.label_set else _label_sets(project)
        rows = rows.filter(Exists(answers.filter(_has_label(only.label, names))))
    return rows


def _label_sets(project: Project) -> list[str]:
    return list(LabelSet.objects.filter(project=project).values_list("name", flat=True))


def _has_label(label: str, label_sets: Sequence[str]) -> Q:
    found = Q()
    for name in label_sets:
        for value in (label, [label], [{"label": label}]):
            found |= Q(answer__contains={name: value})
    return found


def give_back_review(*, item: ReviewItem, reviewer: User) -> None:
    """Returns what this reviewer has in hand; nothing happens where they don't."""
    ReviewItem.objects.filter(pk=item.pk, lent_to=reviewer).update(lent_to=None, lent_until=None)

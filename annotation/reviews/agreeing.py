"""Settle at once what most people answered alike: a preview first, then all of it or a part, and one undo."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction

from annotation.annotations.models import Annotation, Status
from annotation.annotations.review_items import ReviewItem, ReviewReason
from annotation.answers.answer import JsonAnswer
from annotation.answers.comparing import same_key
from annotation.people.models import User
from annotation.projects.models import Project
from annotation.reviews.lending import ReviewFilter, wanted
from annotation.reviews.models import AgreeingBatch
from annotation.reviews.services import Decided, ReviewConflict, adjudicate

FEWEST_PEOPLE = 3
MAX_AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class Agreeing:
    """A document whose majority says the same; `alike` and `others` are their annotations."""

    item: ReviewItem
    answer: JsonAnswer
    alike: list[Annotation]
    others: list[Annotation]


def agreeing(*, project: Project, reviewer: User, limit: int = MAX_AT_ONCE) -> list[Agreeing]:
    """What could be settled so, oldest first. Two statements."""
    differ = ReviewFilter(reason=ReviewReason.PEOPLE_DIFFER)
    items = list(wanted(project, reviewer, differ).select_related("document").order_by("id")[:limit])
    given: defaultdict[int, list[Annotation]] = defaultdict(list)
    rows = Annotation.objects.filter(document_id__in=[item.document_id for item in items], status=Status.SUBMITTED)
    for row in rows.select_related("user").order_by("id"):
        given[row.document_id].append(row)
    found = [_majority(item, given[item.document_id]) for item in items]
    return [row for row in found if row is not None]


def _majority(item: ReviewItem, given: Sequence[Annotation]) -> Agreeing | None:
    if len(given) < FEWEST_PEOPLE:
        return None
    [(key, number)] = Counter(same_key(row.answer) for row in given).most_common(1)
    if 2 * number <= len(given):
        return None
    alike = [row for row in given if same_key(row.answer) == key]
    return Agreeing(item, alike[0].answer, alike, [row for row in given if row not in alike])


@transaction.atomic
def settle_agreeing(*, project: Project, reviewer: User, item_ids: Sequence[int]) -> AgreeingBatch:
    """Settle these with what most people said. What changed since the preview, or is in other hands, is left out."""
    batch = AgreeingBatch.objects.create(project=project, reviewer=reviewer)
    chosen = set(item_ids)
    for row in agreeing(project=project, reviewer=reviewer):
        if row.item.pk not in chosen:
            continue
        try:
            with transaction.atomic():
                decided = Decided(row.answer, batch=batch)
                adjudicate(document=row.item.document, reviewer=reviewer, decided=decided)
        except ReviewConflict:
            continue
    return batch

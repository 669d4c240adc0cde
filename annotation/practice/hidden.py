"""Hidden gold: now and then a document whose answer is known, lent like any other, with feedback afterwards."""

import random
from collections import Counter
from collections.abc import Iterable
from datetime import timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery
from django.utils import timezone

from annotation.annotations.models import Annotation, Status
from annotation.documents.models import Document, State
from annotation.people.models import User
from annotation.plans.lending import MyTerms, terms_for
from annotation.practice.feedback import Feedback, label_sets_of, score_beside_gold
from annotation.practice.models import HIDDEN_ROUND, ItemKind, PracticeAttempt, PracticeItem
from annotation.projects.models import Project
from annotation.queue.blind import is_drawn
from annotation.queue.models import Assignment, AssignmentKind, AssignmentState
from annotation.queue.services import lend

_WITH_GOLD = (State.GOLD, State.AUTO_ACCEPTED)
_NOT_HIDDEN = 0
# As in the queue: what a person gave back is not offered to them again for so long.
_REST = timedelta(hours=1)


def next_documents(*, project: Project, user: User, count: int) -> list[Assignment]:
    """Lend from the queue; each place goes to hidden gold with its shares, drawn anew at each lending.

    Where the queue has nothing for the person nothing is lent: nobody works on known answers alone. Under a plan of
    assignment rules hidden gold comes from the person's own lanes, as everything else does.
    """
    drawn = places_for_hidden(project, count)
    if not drawn:
        return lend(project=project, user=user, count=count)
    with transaction.atomic():
        mine = terms_for(project=project, user=user, now=timezone.now())
        hidden = _lend_hidden(project, user, drawn, mine) if _has_open(project, mine) else []
        lent = lend(project=project, user=user, count=count - len(hidden))
    for assignment in hidden:
        lent.insert(random.randint(0, len(lent)), assignment)
    return lent


def hidden_shares(project: Project) -> dict[int | None, float]:
    """How many of the places go to each gold set, by its id; None: hidden gold of no set."""
    shares: dict[int | None, float] = {None: project.hidden_gold_share}
    shares |= {int(pk): share for pk, share in project.gold_set_shares.items()}
    return {pk: share for pk, share in shares.items() if share}


def places_for_hidden(project: Project, count: int) -> Counter[int | None]:
    """How many of so many places go to which set, by chance. The sets' shares add up to at most MOST_HIDDEN."""
    shares = hidden_shares(project)
    if not shares:
        return Counter()
    kept = max(0.0, 1 - sum(shares.values()))
    drawn = random.choices([*shares, _NOT_HIDDEN], [*shares.values(), kept], k=count)
    return Counter(pk for pk in drawn if pk != _NOT_HIDDEN)


def _has_open(project: Project, mine: MyTerms | None) -> bool:
    rows = Document.objects.filter(project=project).open()
    if mine is None:
        return rows.exists()
    # One place stays for an ordinary document.
    return mine.limited(2) > 1 and rows.filter(lane__in=mine.numbers).exists()


def _lend_hidden(
    project: Project, user: User, places: Counter[int | None], mine: MyTerms | None = None
) -> list[Assignment]:
    first = Assignment.objects.filter(document=OuterRef("document")).order_by("pk").values("is_blind")[:1]
    drawn: list[PracticeItem] = []
    for gold_set, count in places.items():
        items = _items_for(project, user).filter(gold_set=gold_set)
        if mine is not None:
            items = items.filter(document__lane__in=mine.numbers)
        drawn += items.annotate(was_blind=Subquery(first)).order_by("?")[:count]
    if mine is not None:
        drawn = drawn[: mine.limited(len(drawn) + 1) - 1]
    expires = timezone.now() + timedelta(minutes=project.lease_minutes)
    rows = [
        Assignment(
            project=project,
            document_id=item.document_id,
            user=user,
            kind=AssignmentKind.HIDDEN,
            is_blind=_is_blind(project, item),
            expires_at=expires,
        )
        for item in drawn
    ]
    # Another tab of the same person may draw the same document at this moment; the row that came first stands.
    Assignment.objects.bulk_create(rows, ignore_conflicts=True)
    lent = Assignment.objects.filter(user=user, state=AssignmentState.OPEN, kind=AssignmentKind.HIDDEN)
    return list(lent.filter(document__in=[row.document_id for row in rows]).with_document())


def _is_blind(project: Project, item: PracticeItem) -> bool:
    """As in the queue: the arm of the document's first lending, or drawn now."""
    earlier: bool | None = getattr(item, "was_blind", None)
    return is_drawn(project.salt, item.document_id, share=project.blind_share) if earlier is None else earlier


def _items_for(project: Project, user: User) -> QuerySet[PracticeItem]:
    """Hidden items that this person neither answered nor has in hand, and whose gold is not their own."""
    answered = Annotation.objects.filter(document=OuterRef("document"), user=user).exclude(status=Status.DRAFT)
    resting = Q(state=AssignmentState.RETURNED, created_at__gt=timezone.now() - _REST)
    in_hand = Assignment.objects.filter(
        Q(state=AssignmentState.OPEN) | resting, document=OuterRef("document"), user=user
    )
    items = PracticeItem.objects.filter(project=project, kind=ItemKind.HIDDEN, is_active=True)
    with_gold = items.filter(document__gold__isnull=False).exclude(document__gold__by=user)
    return with_gold.filter(~Exists(answered), ~Exists(in_hand))


def disguise(project: Project, assignments: Iterable[Assignment]) -> None:
    """Make hidden gold look like what the queue lends: state and priority would tell. Changes no row."""
    hidden = [row.document for row in assignments if row.kind == AssignmentKind.HIDDEN]
    if not hidden:
        return
    best = Document.objects.filter(project=project).open().in_queue_order().values_list("priority", flat=True).first()
    for document in hidden:
        document.state, document.priority = State.ASSIGNED, best or 0.0


def is_kept_secret(*, document: Document, user: User) -> bool:
    """Whether this person has the document in hand as hidden gold: its answer must not be shown to them now."""
    if document.state not in _WITH_GOLD:
        return False
    mine = Assignment.objects.filter(document=document, user=user, kind=AssignmentKind.HIDDEN)
    return mine.filter(state=AssignmentState.OPEN).exists()


def note_answer(*, document: Document, annotation: Annotation) -> bool:
    """Score a submitted answer to hidden gold; True where the person has feedback to read. Only the first one counts.

    `document` as it was read before the save: without gold then, it can't have been hidden gold, and costs nothing.
    """
    if annotation.status != Status.SUBMITTED or document.state not in _WITH_GOLD:
        return False
    lent = Assignment.objects.filter(document=document, user=annotation.user_id, kind=AssignmentKind.HIDDEN)
    items = PracticeItem.objects.filter(document=document, document__gold__isnull=False)
    item = items.filter(Exists(lent)).select_related("document__gold").first()
    if item is None:
        return False
    kinds = {each.name: each.kind for each in label_sets_of(document.project_id)}
    found = score_beside_gold(annotation.answer, item.document, kinds)
    PracticeAttempt.objects.get_or_create(
        item=item,
        user_id=annotation.user_id,
        round=HIDDEN_ROUND,
        defaults={
            "project_id": document.project_id,
            "answer": annotation.answer,
            "score": found.total,
            "is_right": found.is_right,
            "seconds": annotation.seconds,
        },
    )
    return True


def last_feedback(project: Project, user: User) -> int:
    """The newest attempt that the person may have read about; costs nothing where no hidden gold is lent."""
    if not hidden_shares(project):
        return 0
    rows = PracticeAttempt.objects.filter(project=project, user=user, round=HIDDEN_ROUND)
    return rows.order_by("-pk").values_list("pk", flat=True).first() or 0


def feedback_since(*, project: Project, user: User, since: int, limit: int) -> list[Feedback]:
    """What this person answered to hidden gold, oldest first, after the attempt `since`."""
    rows = PracticeAttempt.objects.filter(project=project, user=user, round=HIDDEN_ROUND, pk__gt=since)
    rows = rows.filter(item__document__gold__isnull=False).select_related("item__document__gold").order_by("pk")
    return [Feedback(row, row.item) for row in rows[:limit]]

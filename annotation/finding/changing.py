"""What a manager does to many documents at once, in one transaction, and how it is taken back within an hour."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.db.models import Exists, F, OuterRef
from django.utils import timezone
from django.utils.translation import gettext as _

from annotation.annotations.gold import NewGold, record_gold, withdraw_gold
from annotation.annotations.models import Annotation, Gold, GoldChange, Source, Status
from annotation.comments.models import Comment, Flag
from annotation.documents.counts import open_documents
from annotation.documents.models import URGENT, Document, DocumentQuerySet, State
from annotation.events.services import lock_order, publish_mixed
from annotation.finding.models import BulkChange, ChangeKind
from annotation.people.models import User
from annotation.practice.models import PracticeItem
from annotation.projects.models import Project
from annotation.queue.models import Assignment, AssignmentState

MOST_CHANGED = 5_000
UNDO_FOR = timedelta(hours=1)
_WITH_GOLD = (State.GOLD, State.AUTO_ACCEPTED)

Before = dict[str, Any]  # Any: JSON


@dataclass(frozen=True, slots=True)
class Changed:
    """`passed_over`: documents that were asked for and to which nothing was done."""

    number: int
    passed_over: int
    change: BulkChange | None = None


def chosen_ids(rows: DocumentQuerySet) -> list[int]:
    """The documents of this filter. Raises ValidationError where they are more than can be changed at once."""
    ids = list(rows.order_by("pk").values_list("pk", flat=True)[: MOST_CHANGED + 1])
    if len(ids) > MOST_CHANGED:
        message = _("At most %(limit)d documents can be changed at once. Narrow the filter.") % {"limit": MOST_CHANGED}
        raise ValidationError({"documents": ValidationError(message, code="too_many")})
    return ids


@transaction.atomic
def set_urgency(*, project: Project, user: User, ids: Sequence[int], urgency: int) -> Changed:
    """Before everything else (1), behind everything else (-1), or where the ranking says (0)."""
    rows = list(_locked(project, ids).exclude(urgency=urgency).values_list("pk", "urgency"))
    _put_urgency({pk: urgency for pk, _former in rows})
    before = [{"document": pk, "urgency": former, "set": urgency} for pk, former in rows]
    return _kept(project, user, ChangeKind.PRIORITY, before, len(ids))


@transaction.atomic
def reopen(*, project: Project, user: User, ids: Sequence[int]) -> Changed:
    """Withdraw the gold and let one more person answer. What is in hand or practiced on is passed over."""
    in_hand = Assignment.objects.filter(document=OuterRef("pk"), state=AssignmentState.OPEN)
    practiced = PracticeItem.objects.filter(document=OuterRef("pk"), is_active=True)
    rows = _locked(project, ids).filter(~Exists(in_hand), ~Exists(practiced), gold__isnull=False)
    golds = {
        row.document_id: row for row in Gold.objects.filter(document_id__in=list(rows.values_list("pk", flat=True)))
    }
    states = dict(Document.objects.filter(pk__in=golds).values_list("pk", "state"))
    answered = Annotation.objects.filter(document_id__in=golds, status=Status.SUBMITTED)
    with_answers = set(answered.values_list("document_id", flat=True))
    _reopen_rows(list(golds), with_answers, project.overlap)
    before = [_gold_before(golds[pk], states[pk]) for pk in sorted(golds)]
    changed = _kept(project, user, ChangeKind.REOPENED, before, len(ids))
    lock_order(project.pk)
    withdraw_gold(project.pk, sorted(golds))
    told = [
        {"document": pk, "state": (State.ANNOTATED if pk in with_answers else State.NEW).value} for pk in sorted(golds)
    ]
    publish_mixed(project.pk, [("document.changed", said) for said in told], is_locked=True)
    return changed


def deletable(project: Project, ids: Sequence[int]) -> DocumentQuerySet:
    """Those without human work: never answered, talked about, in hand or gold, which API clients have heard of."""
    rows = Document.objects.filter(project=project, pk__in=ids)
    for table in (Annotation, Gold, GoldChange, Comment, Flag, PracticeItem):
        rows = rows.filter(~Exists(table._default_manager.filter(document=OuterRef("pk"))))
    in_hand = Assignment.objects.filter(document=OuterRef("pk"), state=AssignmentState.OPEN)
    return rows.filter(~Exists(in_hand))


@transaction.atomic
def delete_documents(*, project: Project, ids: Sequence[int]) -> Changed:
    """There is no way back. What has human work is passed over."""
    locked = _locked(project, ids).values_list("pk", flat=True)
    gone = list(deletable(project, list(locked)).values_list("pk", flat=True))
    Document.objects.filter(pk__in=gone).delete()
    if gone:
        publish_mixed(project.pk, [("queue.changed", {"open": open_documents([project.pk]).get(project.pk, 0)})])
    return Changed(len(gone), len(ids) - len(gone))


def last_change(project: Project, user: User) -> BulkChange | None:
    """The person's newest one that can still be undone."""
    rows = BulkChange.objects.filter(project=project, user=user, undone_at__isnull=True).defer("before")
    newest = rows.order_by("-pk").first()
    return newest if newest and _can_be_undone(newest) else None


@transaction.atomic
def undo_change(*, change: BulkChange) -> Changed:
    """Document by document, where nothing newer was done. Raises ValidationError when it is too late."""
    change = BulkChange.objects.select_for_update().select_related("project").get(pk=change.pk)
    if not _can_be_undone(change):
        message = _("This can't be undone any more.")
        raise ValidationError({"change": ValidationError(message, code="too_late")})
    restore = {ChangeKind.PRIORITY: _restore_urgency, ChangeKind.REOPENED: _restore_gold}[ChangeKind(change.kind)]
    number = restore(change)
    change.undone_at = timezone.now()
    change.save(update_fields=["undone_at"])
    return Changed(number, change.number - number, change)


def _can_be_undone(change: BulkChange) -> bool:
    return change.undone_at is None and timezone.now() - change.created_at < UNDO_FOR


def _locked(project: Project, ids: Sequence[int]) -> DocumentQuerySet:
    """These documents of the project; their rows are locked first, in the order of their ids."""
    rows = Document.objects.filter(project=project, pk__in=ids)
    list(rows.select_for_update(of=("self",)).order_by("pk").values_list("pk", flat=True))
    return rows


def _kept(project: Project, user: User, kind: ChangeKind, before: list[Before], asked: int) -> Changed:
    """What stood before is forgotten when it can't be put back any more."""
    if not before:
        return Changed(0, asked)
    too_old = BulkChange.objects.filter(project=project, created_at__lt=timezone.now() - UNDO_FOR)
    too_old.exclude(before=[]).update(before=[])
    change = BulkChange.objects.create(project=project, user=user, kind=kind, before=before, number=len(before))
    return Changed(len(before), asked - len(before), change)


def _put_urgency(wanted: dict[int, int]) -> None:
    by_urgency: dict[int, list[int]] = defaultdict(list)
    for pk, urgency in wanted.items():
        by_urgency[urgency].append(pk)
    for urgency, ids in by_urgency.items():
        priority = F("priority") + URGENT * (urgency - F("urgency"))
        Document.objects.filter(pk__in=ids).update(priority=priority, urgency=urgency)


def _restore_urgency(change: BulkChange) -> int:
    before: list[Before] = change.before
    now = dict(_locked(change.project, [row["document"] for row in before]).values_list("pk", "urgency"))
    wanted = {row["document"]: row["urgency"] for row in before if now.get(row["document"]) == row["set"]}
    _put_urgency(wanted)
    return len(wanted)


def _reopen_rows(ids: Sequence[int], with_answers: set[int], overlap: int) -> None:
    """A document without answers is lent as a new one is, one with answers to one more person."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE annotation_document SET state = CASE WHEN id = ANY(%(answered)s) THEN 'annotated' ELSE 'new' END,
                slots = CASE WHEN id = ANY(%(answered)s) THEN 1 ELSE coalesce(overlap, %(overlap)s) END
            WHERE id = ANY(%(ids)s)
            """,
            {"ids": list(ids), "answered": list(with_answers), "overlap": overlap},
        )


def _gold_before(gold: Gold, state: str) -> Before:
    return {
        "document": gold.document_id,
        "answer": gold.answer,
        "source": gold.source,
        "by": gold.by_id,
        "state": state,
    }


def _restore_gold(change: BulkChange) -> int:
    """Where nobody has taken the document or answered it since."""
    project, before = change.project, change.before
    ids = [row["document"] for row in before]
    answered = Annotation.objects.filter(document=OuterRef("pk"), changed_at__gt=change.created_at)
    in_hand = Assignment.objects.filter(document=OuterRef("pk"), state=AssignmentState.OPEN)
    rows = _locked(project, ids).filter(~Exists(in_hand), ~Exists(answered), gold__isnull=True, slots__gt=0)
    free = set(rows.values_list("pk", flat=True))
    by_source: dict[str, list[Before]] = defaultdict(list)
    for row in before:
        if row["document"] in free:
            by_source[row["source"]].append(row)
    lock_order(project.pk)
    for source, kept in by_source.items():
        golds = [NewGold(row["document"], row["answer"], row["by"]) for row in kept]
        record_gold(project.pk, golds, Source(source), is_locked=True)
    told = [{"document": row["document"], "state": row["state"]} for row in before if row["document"] in free]
    publish_mixed(project.pk, [("document.changed", said) for said in told], is_locked=True)
    return len(free)

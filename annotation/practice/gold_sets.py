"""Named sets of hidden gold: made, filled, retired, and how people answer them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Count, Max, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from annotation.documents.models import Document
from annotation.people.models import User
from annotation.practice.decay import Decay, Known, decays
from annotation.practice.models import HIDDEN_ROUND, GoldSet, ItemKind, PracticeAttempt, PracticeItem
from annotation.projects.models import Project

MOST_SETS = 50
# A document is drawn by chance among those of its set at each lending.
MOST_OF_SET = 2_000
MOST_HIDDEN = 0.5


@dataclass(frozen=True, slots=True)
class Answered:
    """One person's first answer to a document of a set."""

    user: int
    at: datetime
    is_right: bool
    score: float


def gold_sets_of(project: Project) -> QuerySet[GoldSet]:
    """With `documents`, those lent now; retired sets last."""
    active = Count("items", filter=Q(items__is_active=True, items__document__gold__isnull=False))
    return GoldSet.objects.filter(project=project).annotate(documents=active).order_by("retired_at", "name")


@transaction.atomic
def create_gold_set(*, project: Project, user: User, name: str, share: float) -> GoldSet:
    """Raises ValidationError."""
    if GoldSet.objects.filter(project=project).count() >= MOST_SETS:
        raise ValidationError(_("A project has at most %(limit)d gold sets.") % {"limit": MOST_SETS}, code="too_many")
    made = GoldSet(project=project, name=_checked_name(name), created_by=user)
    _save(made)
    return _with_share(made, share)


@transaction.atomic
def change_gold_set(*, gold_set: GoldSet, name: str, share: float) -> GoldSet:
    gold_set.name = _checked_name(name)
    _save(gold_set)
    return _with_share(gold_set, share)


@transaction.atomic
def retire_gold_set(*, gold_set: GoldSet, is_retired: bool) -> GoldSet:
    """A retired set is lent no more; brought back, with the share it had."""
    gold_set.retired_at = timezone.now() if is_retired else None
    gold_set.save(update_fields=["retired_at"])
    return _with_share(gold_set, gold_set.share)


def _checked_name(name: str) -> str:
    found = name.strip()
    if not 0 < len(found) <= 100 or "\0" in found:
        raise ValidationError({"name": ValidationError(_("A name has from 1 to 100 characters."), code="bad_name")})
    return found


def _save(gold_set: GoldSet) -> None:
    try:
        with transaction.atomic():
            gold_set.save()
    except IntegrityError as error:
        message = _("There is a gold set of this name already.")
        raise ValidationError({"name": ValidationError(message, code="unique")}) from error


def _with_share(gold_set: GoldSet, share: float) -> GoldSet:
    """Every share of the project is written beside it, where lending finds them without asking."""
    project = Project.objects.select_for_update(no_key=True).get(pk=gold_set.project_id)
    shares = {row.pk: row.share for row in GoldSet.objects.filter(project=project, retired_at=None)}
    if gold_set.retired_at is None:
        shares[gold_set.pk] = share
    is_number = 0 <= share <= MOST_HIDDEN
    if not is_number or sum(shares.values()) + project.hidden_gold_share > MOST_HIDDEN + 1e-9:
        message = _("All hidden shares of a project together are from 0 to 0.5.")
        raise ValidationError({"share": ValidationError(message, code="bad_number")})
    gold_set.share = share
    gold_set.save(update_fields=["share"])
    project.gold_set_shares = {str(pk): kept for pk, kept in shares.items() if kept}
    project.save(update_fields=["gold_set_shares"])
    return gold_set


@transaction.atomic
def add_to_set(*, gold_set: GoldSet, user: User, document_ids: Sequence[int]) -> int:
    """Hide these documents in the queue; returns how many are new here. Those of another set move over.

    Documents without gold, and those that newcomers practice on, are passed over. Raises ValidationError.
    """
    project = gold_set.project
    guided = PracticeItem.objects.filter(project=project, kind=ItemKind.GUIDED, is_active=True)
    rows = Document.objects.filter(project=project, pk__in=document_ids, gold__isnull=False)
    rows = rows.exclude(pk__in=guided.values("document")).exclude(
        practice_item__gold_set=gold_set, practice_item__is_active=True
    )
    new = list(rows.order_by("pk").values_list("pk", flat=True))
    present = PracticeItem.objects.filter(gold_set=gold_set, is_active=True).count()
    if present + len(new) > MOST_OF_SET:
        message = _("A gold set has at most %(limit)d documents.") % {"limit": MOST_OF_SET}
        raise ValidationError({"documents": ValidationError(message, code="too_many")})
    start = (PracticeItem.objects.filter(project=project).aggregate(last=Max("position"))["last"] or 0) + 1
    hidden = {"kind": ItemKind.HIDDEN, "gold_set": gold_set}
    PracticeItem.objects.bulk_create(
        [
            PracticeItem(document_id=pk, position=place, created_by=user, project=project, **hidden)
            for place, pk in enumerate(new, start)
        ],
        update_conflicts=True,
        unique_fields=["document"],
        update_fields=["kind", "position", "is_active", "gold_set"],
    )
    return len(new)


def remove_from_set(*, gold_set: GoldSet, document_ids: Sequence[int]) -> int:
    """What people answered stays with the set."""
    rows = PracticeItem.objects.filter(gold_set=gold_set, document__in=document_ids, is_active=True)
    return rows.update(is_active=False)


def answers_to(gold_set: GoldSet) -> list[Answered]:
    """Oldest first."""
    rows = PracticeAttempt.objects.filter(item__gold_set=gold_set, round=HIDDEN_ROUND).order_by("created_at", "pk")
    return [Answered(*row) for row in rows.values_list("user_id", "created_at", "is_right", "score")]


def decays_of(project: Project) -> list[Decay]:
    """People whose newest answers to hidden gold of any kind are worse than they were, or than the pass mark allows."""
    rows = PracticeAttempt.objects.filter(project=project, round=HIDDEN_ROUND).order_by("created_at", "pk")
    answers = [Known(*row) for row in rows.values_list("user_id", "created_at", "is_right")]
    return decays(answers, project.practice_pass_mark)

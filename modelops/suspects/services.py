"""Suspicious gold: ask for a new list, keep what people say about it, and read both lists."""

from collections.abc import Sequence

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from annotation.annotations.models import Gold
from annotation.people.models import User
from annotation.projects.models import LabelSet, Project
from modelops import signals
from modelops.live.services import request_embedding
from modelops.suspects.conflicts import Conflict, Member, conflicts
from modelops.suspects.models import Suspect, SuspectWork
from modelops.work.services import queue_anew, resend_lost, tell_after_commit

# A larger project is compared by its first documents that have near-duplicates.
MOST_COMPARED = 20_000
MOST_CONFLICTS = 50


@transaction.atomic
def request_suspects(project: Project) -> SuspectWork:
    """Queue a new list; texts without a vector are embedded first."""
    request_embedding(project)
    row = queue_anew(SuspectWork, project.pk, done=0)
    send_after_commit(row)
    return row


def send_after_commit(row: SuspectWork) -> None:
    tell_after_commit(signals.suspects_requested, row)


def make_rounds() -> None:
    """Send again what was queued and lost, or whose worker died."""
    resend_lost(signals.suspects_requested, SuspectWork.objects.all())


def suspects_of(project_id: int) -> QuerySet[Suspect]:
    """Least likely first, without those that a person found right and whose value is still that one."""
    is_dismissed = Q(dismissed_at__isnull=False, dismissed_value=F("given"))
    rows = Suspect.objects.filter(project=project_id, document__gold__isnull=False)
    return rows.exclude(is_dismissed).order_by("likelihood", "pk")


@transaction.atomic
def dismiss(suspect: Suspect, *, user: User) -> None:
    """Keep that a person looked and found the given value right."""
    Suspect.objects.filter(pk=suspect.pk).update(
        dismissed_value=F("given"), dismissed_by=user, dismissed_at=timezone.now()
    )


@transaction.atomic
def store_suspects(project_id: int, label_set: str, found: Sequence[Suspect]) -> None:
    """Replace the label set's list; what people said of a document stays."""
    kept = [row.document_id for row in found]
    stale = Suspect.objects.filter(project=project_id, label_set=label_set).exclude(document__in=kept)
    stale.filter(dismissed_at=None).delete()
    Suspect.objects.bulk_create(
        found,
        update_conflicts=True,
        unique_fields=["document", "label_set"],
        update_fields=["given", "suggested", "likelihood", "found_at"],
    )


def conflicts_of(project_id: int) -> list[Conflict]:
    """Two statements."""
    kinds = dict(LabelSet.objects.filter(project=project_id).values_list("name", "kind"))
    rows = Gold.objects.filter(project=project_id, document__near_group__gt=0)
    members = rows.order_by("document__near_group", "document_id").values_list(
        "document_id", "document__near_group", "answer"
    )
    found = (Member(pk, group or 0, answer) for pk, group, answer in members[:MOST_COMPARED])
    return conflicts(found, kinds)[:MOST_CONFLICTS]

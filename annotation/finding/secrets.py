"""What the list must not tell a person: the prediction of a document they have blind in hand, and hidden gold."""

from django.db.models import BooleanField, Case, Exists, ExpressionWrapper, OuterRef, Q, Subquery, Value, When
from django.db.models.functions import Coalesce

from annotation.documents.models import DocumentQuerySet, State
from annotation.people.models import User
from annotation.projects.models import Project
from annotation.queue.models import Assignment, AssignmentKind, AssignmentState

_WITH_GOLD = (State.GOLD, State.AUTO_ACCEPTED)


def is_hidden_gold(user: User) -> Exists:
    """As `practice.hidden.is_kept_secret`, for documents with gold of a query."""
    mine = Assignment.objects.filter(document=OuterRef("pk"), user=user, state=AssignmentState.OPEN)
    return Exists(mine.filter(kind=AssignmentKind.HIDDEN, document__state__in=_WITH_GOLD))


def is_blind(user: User) -> Coalesce:
    """As `queue.services.hidden_from`, for documents of a query."""
    kept = ExpressionWrapper(Q(is_blind=True) & ~Q(state=AssignmentState.DONE), output_field=BooleanField())
    mine = Assignment.objects.filter(document=OuterRef("pk"), user=user).order_by("-pk")
    return Coalesce(Subquery(mine.annotate(is_kept=kept).values("is_kept")[:1]), Value(False))


def with_secrets(rows: DocumentQuerySet, user: User) -> DocumentQuerySet:
    """Each with `keeps_gold` and `keeps_prediction`, and with the state that this person is told."""
    rows = rows.annotate(keeps_gold=is_hidden_gold(user), keeps_prediction=is_blind(user))
    return rows.annotate(told_state=Case(When(keeps_gold=True, then=Value(State.ASSIGNED.value)), default="state"))


def secret_ids(project: Project, user: User, which: str) -> set[int]:
    """Documents of which this person must not be told the gold and annotations, or the `predictions`. One statement."""
    mine = Assignment.objects.filter(user=user, project=project)
    if which != "predictions":
        hidden = mine.filter(state=AssignmentState.OPEN, kind=AssignmentKind.HIDDEN)
        return set(hidden.filter(document__state__in=_WITH_GOLD).values_list("document_id", flat=True))
    newest = mine.order_by("document_id", "-pk").distinct("document_id").values_list("document_id", "is_blind", "state")
    return {pk for pk, is_blind, state in newest if is_blind and state != AssignmentState.DONE}

"""What the list must not tell a person: the prediction of a document they have blind in hand, and hidden gold."""

from dataclasses import dataclass

from django.contrib.postgres.expressions import ArraySubquery
from django.contrib.postgres.fields import ArrayField
from django.db.models import (
    BooleanField,
    Exists,
    ExpressionWrapper,
    F,
    Func,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    TextField,
    Value,
)
from django.db.models.expressions import RawSQL
from django.db.models.functions import Coalesce

from annotation.documents.models import Document, DocumentQuerySet, State
from annotation.people.models import User
from annotation.projects.models import Project
from annotation.queue.models import Assignment, AssignmentKind, AssignmentState

_WITH_GOLD = (State.GOLD, State.AUTO_ACCEPTED)
_NEWEST_ASSIGNMENT = """
    (SELECT ARRAY[mine.kind, mine.state, mine.is_blind::text] FROM annotation_assignment AS mine
     WHERE mine.document_id = annotation_document.id AND mine.user_id = %s ORDER BY mine.id DESC LIMIT 1)
"""


def is_hidden_gold(user: User) -> Exists:
    """As `practice.hidden.is_kept_secret`, for documents with gold of a query."""
    return Exists(hidden_gold(user).filter(document=OuterRef("pk")))


def hidden_gold(user: User) -> QuerySet[Assignment]:
    """What the person has in hand without knowing that it has gold."""
    mine = Assignment.objects.filter(user=user, state=AssignmentState.OPEN)
    return mine.filter(kind=AssignmentKind.HIDDEN, document__state__in=_WITH_GOLD)


def is_one_of(few: QuerySet[Assignment]) -> Func:
    """Whether these are about the document. As an array they are looked up first, and an index finds them beside what
    else may hold: in an OR, EXISTS is asked of every row.
    """
    documents = ArraySubquery(few.values("document_id"))
    return Func(F("pk"), documents, template="%(expressions)s)", arg_joiner=" = ANY (", output_field=BooleanField())


def is_blind(user: User) -> Coalesce:
    """As `queue.services.hidden_from`, for documents of a query."""
    kept = ExpressionWrapper(Q(is_blind=True) & ~Q(state=AssignmentState.DONE), output_field=BooleanField())
    mine = Assignment.objects.filter(document=OuterRef("pk"), user=user).order_by("-pk")
    return Coalesce(Subquery(mine.annotate(is_kept=kept).values("is_kept")[:1]), Value(False))


def with_secrets(rows: DocumentQuerySet, user: User) -> DocumentQuerySet:
    """Each with `lent`: kind, state and blindness of this person's newest assignment; an open one is the newest."""
    return rows.annotate(lent=RawSQL(_NEWEST_ASSIGNMENT, [user.pk], output_field=ArrayField(TextField())))


@dataclass(frozen=True, slots=True)
class Told:
    """What the person may be told of a document that came `with_secrets`."""

    state: str
    gold: bool
    prediction: bool


def told(document: Document) -> Told:
    """Raises KeyError for one that came without: what nobody asked for is not told."""
    kind, state, blind = vars(document)["lent"] or ("", AssignmentState.DONE, "false")
    is_secret = state == AssignmentState.OPEN and kind == AssignmentKind.HIDDEN and document.state in _WITH_GOLD
    is_kept = blind == "true" and state != AssignmentState.DONE
    return Told(State.ASSIGNED.value if is_secret else document.state, gold=not is_secret, prediction=not is_kept)


def ids_kept_secret(project: Project, user: User) -> set[int]:
    """Documents of which the person must not be told the prediction, or the gold and annotations. One statement."""
    mine = Assignment.objects.filter(user=user, project=project)
    hidden = Q(state=AssignmentState.OPEN, kind=AssignmentKind.HIDDEN, document__state__in=_WITH_GOLD)
    newer = mine.filter(document=OuterRef("document"), pk__gt=OuterRef("pk"))
    blind = Q(is_blind=True) & ~Q(state=AssignmentState.DONE) & ~Exists(newer)
    return set(mine.filter(hidden | blind).values_list("document_id", flat=True))


def secret_ids(project: Project, user: User, which: str) -> set[int]:
    """Documents of which this person must not be told the gold and annotations, or the `predictions`. One statement."""
    mine = Assignment.objects.filter(user=user, project=project)
    if which != "predictions":
        hidden = mine.filter(state=AssignmentState.OPEN, kind=AssignmentKind.HIDDEN)
        return set(hidden.filter(document__state__in=_WITH_GOLD).values_list("document_id", flat=True))
    newest = mine.order_by("document_id", "-pk").distinct("document_id").values_list("document_id", "is_blind", "state")
    return {pk for pk, is_blind, state in newest if is_blind and state != AssignmentState.DONE}

"""Which of these documents a person may answer at once now, and why not the others."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.utils import timezone
from django.utils.translation import gettext as _

from annotation.annotations.models import Annotation, Status
from annotation.documents.models import Document, State
from annotation.people.models import User
from annotation.plans.lending import terms_for
from annotation.predictions.models import Prediction
from annotation.projects.models import Project
from annotation.queue.blind import is_drawn
from annotation.queue.models import Assignment, AssignmentState

_CLOSED = (State.GOLD, State.AUTO_ACCEPTED)


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why nothing was done with one document: a code for programs, words for people."""

    document_id: int
    code: str

    def as_json(self) -> dict[str, object]:
        return {"document": self.document_id, "code": self.code, "message": message_of(self.code)}


def message_of(code: str) -> str:
    return {
        "unknown_document": _("This project has no such document."),
        "busy": _("Somebody is being lent or is answering this document at this moment."),
        "closed": _("This document has its answer already."),
        "answered": _("You have answered this document already."),
        "lent": _("Somebody else has this document in hand."),
        "kept": _("By the rules of the project this document is kept for other people."),
        "blind": _("This document is answered on its own, without suggestions."),
        "changed": _("Something newer was saved for this document."),
        "bad_value": _("The answer does not fit this document."),
    }[code]


@dataclass(frozen=True, slots=True)
class OpenDocument:
    """A document as it stands before: the person's own annotation and lease, and what the model says."""

    document: Document
    annotation: Annotation | None
    assignment_id: int | None
    prediction: Prediction | None


def open_documents(project: Project, user: User, ids: Sequence[int]) -> tuple[list[OpenDocument], list[Refusal]]:
    """Locks the documents it returns, in the order of their ids. Call inside a transaction."""
    locked = Document.objects.select_for_update(skip_locked=True).filter(project=project, pk__in=ids).order_by("id")
    documents = list(locked)
    opened, refused = sort_out(project, user, documents)
    return opened, _absent(project, set(ids) - {document.pk for document in documents}) + refused


def sort_out(project: Project, user: User, documents: Sequence[Document]) -> tuple[list[OpenDocument], list[Refusal]]:
    """Which of these documents of the project are open to this person, in the order given; three statements.

    Where the project has a plan of assignment rules, one more.
    """
    refused: list[Refusal] = []
    found = [document.pk for document in documents]
    annotations = {row.document_id: row for row in Annotation.objects.filter(document_id__in=found, user=user)}
    assignments = _assignments(found)
    predictions = Prediction.objects.current(found, project.production_version)
    mine = terms_for(project=project, user=user, now=timezone.now())
    lanes = None if mine is None else set(mine.numbers)
    opened = []
    for document in documents:
        own = annotations.get(document.pk)
        lent = assignments[document.pk]
        code = _problem(project, user, document, own, lent)
        if not code and lanes is not None and document.lane not in lanes and not _has_in_hand(lent, user):
            code = "kept"
        if code:
            refused.append(Refusal(document.pk, code))
        else:
            lease = next((row.pk for row in lent if _is_lease_of(row, user)), None)
            opened.append(OpenDocument(document, own, lease, predictions.get(document.pk)))
    return opened, refused


def _absent(project: Project, missing: set[int]) -> list[Refusal]:
    if not missing:
        return []
    known = set(Document.objects.filter(project=project, pk__in=missing).values_list("pk", flat=True))
    return [Refusal(pk, "busy" if pk in known else "unknown_document") for pk in sorted(missing)]


def _assignments(ids: Iterable[int]) -> dict[int, list[Assignment]]:
    """Every assignment by document, oldest first."""
    found: dict[int, list[Assignment]] = defaultdict(list)
    for row in Assignment.objects.filter(document_id__in=ids).order_by("id"):
        found[row.document_id].append(row)
    return found


def _is_lease_of(assignment: Assignment, user: User) -> bool:
    return assignment.state == AssignmentState.OPEN and assignment.user_id == user.pk


def _has_in_hand(lent: Sequence[Assignment], user: User) -> bool:
    return any(_is_lease_of(row, user) for row in lent)


def _problem(
    project: Project, user: User, document: Document, own: Annotation | None, lent: Sequence[Assignment]
) -> str:
    if document.state in _CLOSED:
        return "closed"
    if own is not None and own.status == Status.SUBMITTED:
        return "answered"
    if document.slots == 0 and not _has_in_hand(lent, user):
        return "lent" if any(row.state == AssignmentState.OPEN for row in lent) else "closed"
    is_blind = lent[0].is_blind if lent else is_drawn(project.salt, document.pk, share=project.blind_share)
    return "blind" if is_blind else ""

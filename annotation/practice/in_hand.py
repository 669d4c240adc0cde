"""The documents that a person has in hand, as the contract shows them; hidden gold among them looks like the others."""

from annotation.annotations.models import Annotation
from annotation.annotations.wire import annotation_json
from annotation.documents.wire import document_json
from annotation.people.models import User
from annotation.practice.hidden import disguise
from annotation.predictions.models import current_predictions
from annotation.predictions.wire import prediction_json
from annotation.projects.models import Project
from annotation.queue.models import Assignment


def assignments_json(assignments: list[Assignment], project: Project, user: User) -> list[dict[str, object]]:
    """At most two statements more: what people see as prediction, and what this person saved before.

    Hidden gold looks like everything else here: what it is must not be known before it is answered.
    """
    disguise(project, assignments)
    ids = [assignment.document_id for assignment in assignments if assignment.may_have_annotation]
    shown = [assignment.document_id for assignment in assignments if not assignment.is_blind]
    predictions = current_predictions(shown, project.production_version)
    drafts = Annotation.objects.filter(document_id__in=ids, user=user) if ids else []
    saved = {annotation.document_id: annotation for annotation in drafts}
    return [
        {
            "id": assignment.pk,
            "document": document_json(assignment.document),
            "prediction": prediction_json(predictions[assignment.document_id])
            if assignment.document_id in predictions
            else None,
            "blind": assignment.is_blind,
            "has_near_duplicates": bool(assignment.document.near_group),
            "annotation": annotation_json(saved[assignment.document_id]) if assignment.document_id in saved else None,
            "comments": assignment.comment_count,
            "flagged": assignment.is_flagged,
            "expires_at": assignment.expires_at.isoformat(),
        }
        for assignment in assignments
    ]

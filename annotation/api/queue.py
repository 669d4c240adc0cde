from django.http import Http404
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from annotation.access import is_member, membership_for, project_for, signed_in
from annotation.annotations.models import Annotation
from annotation.annotations.wire import annotation_json
from annotation.api.practice import ask_for_practice
from annotation.api.serializers import AssignmentsAnswer, NextRequest
from annotation.documents.wire import document_json
from annotation.people.models import User
from annotation.practice.hidden import disguise, next_documents
from annotation.predictions.models import Prediction
from annotation.predictions.wire import prediction_json
from annotation.projects.models import Project
from annotation.queue.models import Assignment
from annotation.queue.services import give_back, open_assignments


def assignments_json(assignments: list[Assignment], project: Project, user: User) -> list[dict[str, object]]:
    """Two statements more: what people see as prediction, and what this person saved before.

    Hidden gold looks like everything else here: what it is must not be known before it is answered.
    """
    disguise(project, assignments)
    ids = [assignment.document_id for assignment in assignments]
    shown = [assignment.document_id for assignment in assignments if not assignment.is_blind]
    predictions = Prediction.objects.current(shown, project.production_version) if shown else {}
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


class QueueView(APIView):
    @extend_schema(responses=AssignmentsAnswer, operation_id="queue_mine")
    def get(self, request: Request, project_id: int) -> Response:
        """The documents the caller has in hand."""
        project = project_for(request.user, project_id)
        rows = open_assignments(project=project, user=signed_in(request.user))
        return Response({"assignments": assignments_json(rows, project, signed_in(request.user))})


class NextView(APIView):
    @extend_schema(
        request=NextRequest, responses={200: AssignmentsAnswer, 204: OpenApiResponse(description="None left")}
    )
    def post(self, request: Request, project_id: int) -> Response:
        """Lend the best documents to the caller; 403 `practice_needed` before a newcomer has passed practice."""
        membership = membership_for(request.user, project_id)
        project = membership.project
        asked = NextRequest(data=request.data if request.data is not None else {})
        asked.is_valid(raise_exception=True)
        ask_for_practice(membership)
        rows = next_documents(project=project, user=signed_in(request.user), count=asked.validated_data["count"])
        if not rows:
            return Response(status=204)
        return Response({"assignments": assignments_json(rows, project, signed_in(request.user))})


class AssignmentView(APIView):
    @extend_schema(responses={204: None})
    def delete(self, request: Request, assignment_id: int) -> Response:
        """Give a lease back."""
        mine = Assignment.objects.filter(
            is_member(request.user), pk=assignment_id, user=signed_in(request.user)
        ).first()
        if mine is None:
            raise Http404
        give_back(assignment=mine)
        return Response(status=204)

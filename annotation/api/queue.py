from django.http import Http404
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from annotation.access import is_member, membership_for, project_for, signed_in
from annotation.api.practice import ask_for_practice
from annotation.api.serializers import AssignmentsAnswer, NextRequest
from annotation.practice.hidden import next_documents
from annotation.practice.in_hand import assignments_json
from annotation.queue.models import Assignment
from annotation.queue.services import give_back, open_assignments


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

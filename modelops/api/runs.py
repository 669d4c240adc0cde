from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.http import Http404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from annotation.access import project_for, signed_in
from annotation.api.errors import ApiError
from annotation.api.pagination import NewestFirst
from annotation.people.models import User
from annotation.projects.models import Role
from modelops.api.serializers import RunPage, RunRequest, RunSerializer
from modelops.training.models import Run
from modelops.training.services import AlreadyActive, NotActive, cancel_run, request_run

PAGE = [OpenApiParameter("cursor", str), OpenApiParameter("limit", int)]


def run_for(user: User | AnonymousUser, run_id: int, role: Role = Role.ANNOTATOR) -> Run:
    """The run, through the one door."""
    run = Run.objects.filter(pk=run_id).first()
    if run is None:
        raise Http404
    project_for(user, run.project_id, at_least=role)
    return run


class RunsView(APIView):
    @extend_schema(responses=RunPage, parameters=PAGE)
    def get(self, request: Request, project_id: int) -> Response:
        """Training runs, newest first."""
        project = project_for(request.user, project_id)
        pages = NewestFirst()
        rows = pages.paginate_queryset(Run.objects.filter(project=project), request, view=self)
        return pages.get_paginated_response(RunSerializer(rows, many=True).data)

    @extend_schema(request=RunRequest, responses={201: RunSerializer})
    def post(self, request: Request, project_id: int) -> Response:
        """Queue a run; 409 while another one of the project is active."""
        project = project_for(request.user, project_id, at_least=Role.MANAGER)
        body = RunRequest(data=request.data if request.data is not None else {})
        body.is_valid(raise_exception=True)
        given: dict[str, Any] = body.validated_data  # Any: checked by the serializer
        try:
            run = request_run(
                project=project,
                user=signed_in(request.user),
                arguments=dict(given.get("arguments", {})),
                reason=given.get("reason", ""),
            )
        except AlreadyActive as error:
            raise ApiError(409, "run_active", str(error), extra={"run": error.run.pk if error.run else None}) from error
        return Response(RunSerializer(run).data, status=201)


class RunView(APIView):
    @extend_schema(responses=RunSerializer)
    def get(self, request: Request, run_id: int) -> Response:
        return Response(RunSerializer(run_for(request.user, run_id)).data)


class CancelRunView(APIView):
    @extend_schema(request=None, responses=RunSerializer)
    def post(self, request: Request, run_id: int) -> Response:
        """Stop a run: a queued one at once, a running one within seconds."""
        run = run_for(request.user, run_id, Role.MANAGER)
        try:
            return Response(RunSerializer(cancel_run(run)).data)
        except NotActive as error:
            raise ApiError(409, "not_active", str(error)) from error

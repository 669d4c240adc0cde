from django.contrib.auth.models import AnonymousUser
from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from annotation.access import project_for, signed_in
from annotation.api.errors import ApiError
from annotation.api.pagination import NewestFirst
from annotation.people.models import User
from annotation.projects.models import Role
from modelops.api.runs import PAGE
from modelops.api.serializers import PromoteRequest, VersionPage, VersionSerializer
from modelops.registry.models import ModelVersion
from modelops.registry.services import BrokenCheckpoint, GateRefused, NothingToRollBackTo
from modelops.training.promotion import promote_checked, rollback_checked


def version_for(user: User | AnonymousUser, version_id: int, role: Role = Role.ANNOTATOR) -> ModelVersion:
    """The version, through the one door."""
    version = ModelVersion.objects.select_related("project").filter(pk=version_id).first()
    if version is None:
        raise Http404
    project_for(user, version.project_id, at_least=role)
    return version


class VersionsView(APIView):
    @extend_schema(responses=VersionPage, parameters=PAGE)
    def get(self, request: Request, project_id: int) -> Response:
        """The registry, newest first."""
        project = project_for(request.user, project_id)
        pages = NewestFirst()
        rows = pages.paginate_queryset(ModelVersion.objects.filter(project=project), request, view=self)
        return pages.get_paginated_response(VersionSerializer(rows, many=True).data)


class VersionView(APIView):
    @extend_schema(responses=VersionSerializer)
    def get(self, request: Request, version_id: int) -> Response:
        return Response(VersionSerializer(version_for(request.user, version_id)).data)


class PromoteView(APIView):
    @extend_schema(request=PromoteRequest, responses=VersionSerializer)
    def post(self, request: Request, version_id: int) -> Response:
        """Put a version in production; 409 with the comparison when the gate finds it worse and it is not forced.

        409 also when its files were damaged on the disk, forced or not.
        """
        version = version_for(request.user, version_id, Role.MANAGER)
        body = PromoteRequest(data=request.data if request.data is not None else {})
        body.is_valid(raise_exception=True)
        try:
            promoted = promote_checked(version, user=signed_in(request.user), **body.validated_data)
        except GateRefused as error:
            raise ApiError(409, "worse", str(error), extra={"comparison": error.comparison}) from error
        except BrokenCheckpoint as error:
            raise ApiError(409, "broken_checkpoint", str(error)) from error
        return Response(VersionSerializer(promoted).data)


class RollbackView(APIView):
    @extend_schema(request=None, responses=VersionSerializer)
    def post(self, request: Request, project_id: int) -> Response:
        """Bring back the version that was in production before, and its predictions with it."""
        project = project_for(request.user, project_id, at_least=Role.MANAGER)
        try:
            return Response(VersionSerializer(rollback_checked(project, signed_in(request.user))).data)
        except NothingToRollBackTo as error:
            raise ApiError(409, "nothing_before", str(error)) from error
        except BrokenCheckpoint as error:
            raise ApiError(409, "broken_checkpoint", str(error)) from error

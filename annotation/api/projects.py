from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.contrib.auth import authenticate
from django.core.exceptions import ValidationError
from django.db.models import F, QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from annotation.access import membership_for, project_for, projects_of, signed_in
from annotation.api.errors import ApiError
from annotation.api.pagination import NewestFirst, Pages
from annotation.api.serializers import (
    ManagedMemberSerializer,
    MemberSerializer,
    ProjectChange,
    ProjectRequest,
    ProjectSerializer,
    TokenAnswer,
    TokenRequest,
)
from annotation.api.throttles import SignInThrottle
from annotation.people.models import User
from annotation.people.services import make_token
from annotation.projects.models import Membership, Project, Role
from annotation.projects.project_settings import SETTINGS
from annotation.projects.services import (
    add_member,
    create_project,
    delete_project,
    set_review_share,
    update_settings,
)


class TokenView(APIView):
    authentication_classes = ()
    permission_classes = (AllowAny,)
    throttle_classes = (SignInThrottle,)

    @extend_schema(request=TokenRequest, responses=TokenAnswer, auth=[])
    def post(self, request: Request) -> Response:
        """Exchange a name and a password for a token."""
        body = TokenRequest(data=request.data)
        body.is_valid(raise_exception=True)
        user = authenticate(request, **body.validated_data)
        if not isinstance(user, User):
            raise ApiError(401, "authentication_failed", "Name or password is wrong.")
        return Response({"token": make_token(user)})


def projects_with_label_sets(user: User) -> QuerySet[Project]:
    return projects_of(user).annotate(role=F("memberships__role")).prefetch_related("label_sets__labels")


def project_answer(user: User, project_id: int, status: int = 200) -> Response:
    return Response(ProjectSerializer(projects_with_label_sets(user).get(pk=project_id)).data, status=status)


@contextmanager
def _settings_named() -> Iterator[None]:
    """A service names a setting by itself; the answer names it where it stands in a project, as serializers do."""
    try:
        yield
    except ValidationError as error:
        if not hasattr(error, "error_dict"):
            raise
        named = {f"settings.{name}" if name in SETTINGS else name: rows for name, rows in error.error_dict.items()}
        raise ValidationError(named) from error


class ProjectsView(APIView):
    @extend_schema(responses=ProjectSerializer(many=True))
    def get(self, request: Request) -> Response:
        pages = NewestFirst()
        rows = pages.paginate_queryset(projects_with_label_sets(signed_in(request.user)), request, view=self)
        return pages.get_paginated_response(ProjectSerializer(rows, many=True).data)

    @extend_schema(request=ProjectRequest, responses={201: ProjectSerializer})
    def post(self, request: Request) -> Response:
        body = ProjectRequest(data=request.data)
        body.is_valid(raise_exception=True)
        given: dict[str, Any] = body.validated_data  # Any: checked by the serializer
        with _settings_named():
            project = create_project(
                user=signed_in(request.user),
                name=given["name"],
                template=given.get("template") or None,
                label_sets=given.get("label_sets"),
                guidelines=given.get("guidelines"),
                settings=dict(given.get("settings") or {}),
            )
        return project_answer(signed_in(request.user), project.pk, 201)


class ProjectView(APIView):
    @extend_schema(responses=ProjectSerializer)
    def get(self, request: Request, project_id: int) -> Response:
        project_for(request.user, project_id)
        return project_answer(signed_in(request.user), project_id)

    @extend_schema(request=ProjectChange, responses=ProjectSerializer)
    def patch(self, request: Request, project_id: int) -> Response:
        """`settings` may also stand flat in the body."""
        project = project_for(request.user, project_id, at_least=Role.MANAGER)
        body = ProjectChange(data=_nested(request.data))
        body.is_valid(raise_exception=True)
        changes = {**body.validated_data, **body.validated_data.get("settings", {})}
        changes.pop("settings", None)
        note = changes.pop("guidelines_note", "")
        with _settings_named():
            update_settings(project=project, user=signed_in(request.user), changes=changes, note=note)
        return project_answer(signed_in(request.user), project_id)

    @extend_schema(responses={204: None})
    def delete(self, request: Request, project_id: int) -> Response:
        delete_project(project=project_for(request.user, project_id, at_least=Role.MANAGER))
        return Response(status=204)


def _nested(body: object) -> object:
    """Settings come nested or flat; the serializer knows the nested form. What else a project shows is left out."""
    if not isinstance(body, dict):
        return body
    known = set(ProjectChange().fields)
    flat = {key: value for key, value in body.items() if key not in known and key not in ProjectSerializer.Meta.fields}
    settings = body.get("settings")
    nested = settings if isinstance(settings, dict) else {}
    return {key: value for key, value in body.items() if key in known} | {"settings": {**flat, **nested}}


class MembersView(APIView):
    @extend_schema(responses=ManagedMemberSerializer(many=True))
    def get(self, request: Request, project_id: int) -> Response:
        """The members; managers are told each one's `review_share` as well."""
        membership = membership_for(request.user, project_id)
        shown = ManagedMemberSerializer if membership.role == Role.MANAGER else MemberSerializer
        pages = Pages()
        rows = Membership.objects.filter(project=membership.project).select_related("user")
        page = pages.paginate_queryset(rows, request, view=self)
        return pages.get_paginated_response(shown(page, many=True).data)

    @extend_schema(request=ManagedMemberSerializer, responses={201: ManagedMemberSerializer})
    def post(self, request: Request, project_id: int) -> Response:
        """Add a member, or change a member's role; with `review_share` that as well."""
        membership = membership_for(request.user, project_id, at_least=Role.MANAGER)
        body = ManagedMemberSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        made = add_member(
            project=membership.project,
            username=body.validated_data["user"]["username"],
            role=Role(body.validated_data["role"]),
        )
        if "review_share" in body.validated_data:
            set_review_share(membership=made, share=body.validated_data["review_share"])
        return Response(ManagedMemberSerializer(made).data, status=201)

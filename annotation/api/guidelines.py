from typing import Any

from django.http import Http404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from annotation.access import project_for, signed_in
from annotation.answers.problems import Problem
from annotation.api.annotations import whole_number
from annotation.api.errors import invalid
from annotation.api.pagination import Pages
from annotation.people.models import User
from annotation.projects.guideline_changes import Change, compare
from annotation.projects.guidelines import mark_seen
from annotation.projects.models import GuidelinesSeen, GuidelinesVersion, Project

HIGHEST = 2**31 - 1


class GuidelinesVersionSerializer(serializers.ModelSerializer[GuidelinesVersion]):
    created_by = serializers.CharField(source="created_by.shown_name")

    class Meta:
        model = GuidelinesVersion
        fields = ["number", "text", "text_zh", "note", "created_by", "created_at"]


class GuidelinesAnswer(GuidelinesVersionSerializer):
    newest = serializers.IntegerField()
    seen = serializers.IntegerField()

    class Meta(GuidelinesVersionSerializer.Meta):
        fields = [*GuidelinesVersionSerializer.Meta.fields, "newest", "seen"]


class SeenRequest(serializers.Serializer[Any]):
    number = serializers.IntegerField(required=False, min_value=1, max_value=HIGHEST)


class SeenAnswer(serializers.Serializer[Any]):
    seen = serializers.IntegerField()


class ChangedPieceSerializer(serializers.Serializer[Any]):
    text = serializers.CharField()
    change = serializers.ChoiceField(choices=[Change.SAME, Change.ADDED, Change.REMOVED])


class LineSerializer(serializers.Serializer[Any]):
    change = serializers.ChoiceField(choices=list(Change))
    pieces = ChangedPieceSerializer(many=True)


class ChangesOfGuidelines(serializers.Serializer[Any]):
    lines = LineSerializer(many=True)


def _version(project: Project, number: int) -> GuidelinesVersion:
    """Version `number`, or the newest for 0. Raises Http404."""
    rows = GuidelinesVersion.objects.filter(project=project).select_related("created_by")
    found = (rows.filter(number=number) if number else rows).first()
    if found is None:
        raise Http404
    return found


def _newest(project: Project) -> int:
    return GuidelinesVersion.objects.filter(project=project).values_list("number", flat=True).first() or 0


def _seen(project: Project, user: User) -> int:
    rows = GuidelinesSeen.objects.filter(project=project, user=user)
    return rows.values_list("number", flat=True).first() or 0


class GuidelinesView(APIView):
    @extend_schema(responses=GuidelinesAnswer, parameters=[OpenApiParameter("version", OpenApiTypes.INT)])
    def get(self, request: Request, project_id: int) -> Response:
        """The guidelines as they are, or as `version` had them; and the newest version the caller has seen."""
        project = project_for(request.user, project_id)
        number = whole_number(request.query_params.get("version"), "version", 0, HIGHEST)
        version = GuidelinesVersionSerializer(_version(project, number)).data
        seen = _seen(project, signed_in(request.user))
        return Response({**version, "newest": _newest(project), "seen": seen})


class GuidelinesVersionsPages(Pages):
    ordering = "-number"


class GuidelinesVersionsView(APIView):
    @extend_schema(responses=GuidelinesVersionSerializer(many=True))
    def get(self, request: Request, project_id: int) -> Response:
        """Every version, newest first."""
        project = project_for(request.user, project_id)
        pages = GuidelinesVersionsPages()
        rows = GuidelinesVersion.objects.filter(project=project).select_related("created_by")
        page = pages.paginate_queryset(rows, request, view=self)
        return pages.get_paginated_response(GuidelinesVersionSerializer(page, many=True).data)


class GuidelinesChangesView(APIView):
    @extend_schema(
        responses=ChangesOfGuidelines,
        parameters=[
            OpenApiParameter("from", OpenApiTypes.INT, required=True),
            OpenApiParameter("to", OpenApiTypes.INT),
            OpenApiParameter("language", OpenApiTypes.STR, enum=["en", "zh-hans"]),
        ],
    )
    def get(self, request: Request, project_id: int) -> Response:
        """What changed from one version to another, by lines and words."""
        project = project_for(request.user, project_id)
        asked = request.query_params
        before = _version(project, whole_number(asked.get("from"), "from", 1, HIGHEST))
        after = _version(project, whole_number(asked.get("to"), "to", 0, HIGHEST))
        language = asked.get("language", "en")
        if language not in ("en", "zh-hans"):
            raise invalid([Problem("language", "bad_choice", "language is en or zh-hans.")])
        texts = (before.text, after.text) if language == "en" else (before.text_zh, after.text_zh)
        return Response(ChangesOfGuidelines({"lines": compare(*texts)}).data)


class GuidelinesSeenView(APIView):
    @extend_schema(request=SeenRequest, responses=SeenAnswer)
    def post(self, request: Request, project_id: int) -> Response:
        """Note that the caller has read the guidelines: version `number`, or the newest."""
        project = project_for(request.user, project_id)
        body = SeenRequest(data=request.data if request.data is not None else {})
        body.is_valid(raise_exception=True)
        number = body.validated_data.get("number") or _newest(project)
        return Response({"seen": mark_seen(project=project, user=signed_in(request.user), number=number)})

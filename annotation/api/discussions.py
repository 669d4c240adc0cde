from typing import Any

from django.http import Http404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from annotation.access import is_member, membership_for, project_for, signed_in
from annotation.api.pagination import NewestFirst
from annotation.api.serializers import PersonSerializer
from annotation.comments.wire import person_json
from annotation.discussions.models import Discussion, DiscussionPost
from annotation.discussions.services import NewDiscussion, add_post, open_discussion, resolve
from annotation.projects.models import Role

MAX_ID = 2**63 - 1


class DiscussionSerializer(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    title = serializers.CharField()
    label_set = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]  # a field of the wire, not the attribute
    document = serializers.IntegerField(allow_null=True)
    created_by = PersonSerializer()
    created_at = serializers.DateTimeField()
    posts = serializers.IntegerField()
    resolved_at = serializers.DateTimeField(allow_null=True)
    line = serializers.CharField()
    line_zh = serializers.CharField()
    guidelines_version = serializers.IntegerField(allow_null=True)


class PostSerializer(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    user = PersonSerializer()
    text = serializers.CharField()
    created_at = serializers.DateTimeField()


class DiscussionRequest(serializers.Serializer[Any]):
    title = serializers.CharField(allow_blank=True)
    text = serializers.CharField(allow_blank=True, trim_whitespace=False)
    label_set = serializers.CharField(required=False, allow_blank=True, trim_whitespace=False)
    label = serializers.CharField(  # type: ignore[assignment]  # a field of the wire, not the attribute
        required=False, allow_blank=True, trim_whitespace=False
    )
    document = serializers.IntegerField(required=False, allow_null=True, min_value=1, max_value=MAX_ID)


class PostRequest(serializers.Serializer[Any]):
    text = serializers.CharField(allow_blank=True, trim_whitespace=False)


class ResolveRequest(serializers.Serializer[Any]):
    line = serializers.CharField(required=False, default="", allow_blank=True)
    line_zh = serializers.CharField(required=False, default="", allow_blank=True)


def _json(row: Discussion) -> dict[str, Any]:  # Any: JSON
    return {
        "id": row.pk,
        "title": row.title,
        "label_set": row.label_set,
        "label": row.label,
        "document": row.document_id,
        "created_by": person_json(row.created_by),
        "created_at": row.created_at.isoformat(),
        "posts": row.post_count,
        "resolved_at": row.resolved_at.isoformat() if row.resolved_at else None,
        "line": row.line,
        "line_zh": row.line_zh,
        "guidelines_version": row.guidelines_version.number if row.guidelines_version else None,
    }


def _post_json(row: DiscussionPost) -> dict[str, Any]:  # Any: JSON
    by, at = person_json(row.user), row.created_at.isoformat()
    return {"id": row.pk, "user": by, "text": row.text, "created_at": at}


def _discussion(request: Request, discussion_id: int) -> Discussion:
    rows = Discussion.objects.with_counts().select_related("project", "created_by", "guidelines_version")
    found = rows.filter(is_member(request.user), pk=discussion_id).first()
    if found is None:
        raise Http404
    return found


class DiscussionsView(APIView):
    @extend_schema(
        responses=DiscussionSerializer(many=True),
        parameters=[
            OpenApiParameter("label", OpenApiTypes.STR),
            OpenApiParameter("open", OpenApiTypes.BOOL),
            OpenApiParameter("limit", OpenApiTypes.INT),
            OpenApiParameter("cursor", OpenApiTypes.STR),
        ],
    )
    def get(self, request: Request, project_id: int) -> Response:
        """What people discuss about labels, newest first; `open=1` leaves out what is resolved."""
        project = project_for(request.user, project_id)
        rows = Discussion.objects.filter(project=project).with_counts()
        if request.query_params.get("label"):
            rows = rows.filter(label=request.query_params["label"])
        if request.query_params.get("open") in ("1", "true"):
            rows = rows.open()
        pages = NewestFirst()
        page = pages.paginate_queryset(rows.select_related("created_by", "guidelines_version"), request, view=self)
        return pages.get_paginated_response([_json(row) for row in page or ()])

    @extend_schema(request=DiscussionRequest, responses={201: DiscussionSerializer})
    def post(self, request: Request, project_id: int) -> Response:
        """Ask what a label means, or the guidelines as a whole."""
        project = project_for(request.user, project_id)
        body = DiscussionRequest(data=request.data)
        body.is_valid(raise_exception=True)
        given = body.validated_data
        new = NewDiscussion(
            given["title"], given["text"], given.get("label_set", ""), given.get("label", ""), given.get("document")
        )
        made = open_discussion(project=project, user=signed_in(request.user), new=new)
        return Response(_json(_discussion(request, made.pk)), status=201)


class DiscussionView(APIView):
    @extend_schema(responses=DiscussionSerializer)
    def get(self, request: Request, discussion_id: int) -> Response:
        return Response(_json(_discussion(request, discussion_id)))


class DiscussionPostsView(APIView):
    @extend_schema(responses=PostSerializer(many=True))
    def get(self, request: Request, discussion_id: int) -> Response:
        """What was said in a discussion, newest first."""
        discussion = _discussion(request, discussion_id)
        rows = DiscussionPost.objects.filter(discussion=discussion, deleted_at=None).select_related("user")
        pages = NewestFirst()
        page = pages.paginate_queryset(rows, request, view=self)
        return pages.get_paginated_response([_post_json(row) for row in page or ()])

    @extend_schema(request=PostRequest, responses={201: PostSerializer})
    def post(self, request: Request, discussion_id: int) -> Response:
        """Say something in a discussion that is not resolved."""
        discussion = _discussion(request, discussion_id)
        body = PostRequest(data=request.data)
        body.is_valid(raise_exception=True)
        made = add_post(discussion=discussion, user=signed_in(request.user), text=body.validated_data["text"])
        return Response(_post_json(made), status=201)


class DiscussionResolveView(APIView):
    @extend_schema(request=ResolveRequest, responses=DiscussionSerializer)
    def post(self, request: Request, discussion_id: int) -> Response:
        """End a discussion, for managers: `line` and `line_zh` are added to a new version of the guidelines."""
        discussion = _discussion(request, discussion_id)
        membership_for(request.user, discussion.project_id, at_least=Role.MANAGER)
        body = ResolveRequest(data=request.data)
        body.is_valid(raise_exception=True)
        resolve(discussion=discussion, by=signed_in(request.user), **body.validated_data)
        return Response(_json(_discussion(request, discussion.pk)))

from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from annotation.access import is_member, membership_for, project_for, signed_in
from annotation.api.annotations import idempotency_key
from annotation.api.pagination import Pages
from annotation.api.serializers import PersonSerializer
from annotation.comments.models import Comment, Flag
from annotation.comments.services import (
    NewComment,
    add_comment,
    delete_comment,
    edit_comment,
    flag,
    resolve_flags,
    unflag,
)
from annotation.comments.wire import comment_json, flag_json
from annotation.documents.models import Document
from annotation.projects.models import Role

HIGHEST = 2**31 - 1


class CommentSerializer(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    document = serializers.IntegerField()
    user = PersonSerializer()
    text = serializers.CharField()
    start = serializers.IntegerField(allow_null=True)
    end = serializers.IntegerField(allow_null=True)
    created_at = serializers.DateTimeField()
    edited_at = serializers.DateTimeField(allow_null=True)
    deleted = serializers.BooleanField()


class CommentRequest(serializers.Serializer[Any]):
    text = serializers.CharField(trim_whitespace=False, allow_blank=True)
    start = serializers.IntegerField(required=False, allow_null=True, min_value=0, max_value=HIGHEST)
    end = serializers.IntegerField(required=False, allow_null=True, min_value=0, max_value=HIGHEST)


class CommentChange(serializers.Serializer[Any]):
    text = serializers.CharField(trim_whitespace=False, allow_blank=True)


class FlagRequest(serializers.Serializer[Any]):
    reason = serializers.CharField(required=False, default="", allow_blank=True, trim_whitespace=False)


class FlagSerializer(serializers.Serializer[Any]):
    document = serializers.IntegerField()
    user = PersonSerializer()
    reason = serializers.CharField()
    created_at = serializers.DateTimeField()
    resolved_at = serializers.DateTimeField(allow_null=True)
    resolved_by = PersonSerializer(allow_null=True)


class FlagsAnswer(serializers.Serializer[Any]):
    flags = FlagSerializer(many=True)


def document_for(request: Request, document_id: int) -> Document:
    found = Document.objects.select_related("project").filter(is_member(request.user), pk=document_id).first()
    if found is None:
        raise Http404
    return found


class CommentsView(APIView):
    @extend_schema(responses=CommentSerializer(many=True))
    def get(self, request: Request, document_id: int) -> Response:
        """What people say about this document, oldest first."""
        document = document_for(request, document_id)
        pages = Pages()
        page = pages.paginate_queryset(_comments().filter(document=document), request, view=self)
        return pages.get_paginated_response([comment_json(row) for row in page or ()])

    @extend_schema(
        request=CommentRequest,
        responses={201: CommentSerializer, 200: CommentSerializer},
        parameters=[OpenApiParameter("Idempotency-Key", OpenApiTypes.STR, OpenApiParameter.HEADER)],
    )
    def post(self, request: Request, document_id: int) -> Response:
        """Say something about a document, or about a stretch of it. The same key again changes nothing."""
        document = document_for(request, document_id)
        body = CommentRequest(data=request.data)
        body.is_valid(raise_exception=True)
        new = NewComment(**body.validated_data, key=idempotency_key(request))
        comment, is_new = add_comment(document=document, user=signed_in(request.user), new=new)
        return Response(comment_json(comment), status=201 if is_new else 200)


def _comments() -> QuerySet[Comment]:
    return Comment.objects.present().select_related("user", "document")


class CommentView(APIView):
    @extend_schema(request=CommentChange, responses=CommentSerializer)
    def patch(self, request: Request, comment_id: int) -> Response:
        """Change one's own comment."""
        comment = self._comment(request, comment_id)
        body = CommentChange(data=request.data)
        body.is_valid(raise_exception=True)
        text = body.validated_data["text"]
        return Response(comment_json(edit_comment(comment=comment, user=signed_in(request.user), text=text)))

    @extend_schema(responses={204: None})
    def delete(self, request: Request, comment_id: int) -> Response:
        """Delete one's own comment; a manager may delete anybody's."""
        comment = self._comment(request, comment_id)
        if comment.user_id != request.user.pk:
            membership_for(request.user, comment.document.project_id, at_least=Role.MANAGER)
        delete_comment(comment=comment)
        return Response(status=204)

    def _comment(self, request: Request, comment_id: int) -> Comment:
        found = _comments().filter(is_member(request.user, "document__project"), pk=comment_id).first()
        if found is None:
            raise Http404
        return found


class FlagView(APIView):
    @extend_schema(responses=FlagsAnswer)
    def get(self, request: Request, document_id: int) -> Response:
        """The flags of a document, resolved ones too."""
        rows = Flag.objects.filter(document=document_for(request, document_id))
        return Response({"flags": [flag_json(row) for row in rows.select_related("user", "resolved_by")]})

    @extend_schema(request=FlagRequest, responses=FlagSerializer)
    def put(self, request: Request, document_id: int) -> Response:
        """Put up the caller's flag: somebody should look at this document."""
        document = document_for(request, document_id)
        body = FlagRequest(data=request.data)
        body.is_valid(raise_exception=True)
        made = flag(document=document, user=signed_in(request.user), reason=body.validated_data["reason"])
        return Response(flag_json(made))

    @extend_schema(responses={204: None})
    def delete(self, request: Request, document_id: int) -> Response:
        """Take the caller's open flag back."""
        unflag(document=document_for(request, document_id), user=signed_in(request.user))
        return Response(status=204)


class FlagResolveView(APIView):
    @extend_schema(request=None, responses=FlagsAnswer)
    def post(self, request: Request, document_id: int) -> Response:
        """Close the open flags of a document; for reviewers and managers."""
        document = document_for(request, document_id)
        project_for(request.user, document.project_id, at_least=Role.REVIEWER)
        resolve_flags(document=document, by=signed_in(request.user))
        rows = Flag.objects.filter(document=document).select_related("user", "resolved_by")
        return Response({"flags": [flag_json(row) for row in rows]})

"""What one person is told of alerts: inbox/ and account/notifications/."""

from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from annotation.access import signed_in
from annotation.alerts.models import AlertKind, MailState, Notification, NotificationChoice
from annotation.alerts.telling import choices_of, choose, inbox_of, mark_read
from annotation.alerts.wire import Json, alert_json
from annotation.answers.problems import Problem
from annotation.api.alerts import AlertSerializer
from annotation.api.errors import invalid
from annotation.api.pagination import NewestFirst
from annotation.people.models import User

MAX_ID = 2**63 - 1
MOST_IDS = 500


class NotificationSerializer(serializers.Serializer[Any]):  # Any: not bound to a model
    id = serializers.IntegerField()
    alert = AlertSerializer()
    project_name = serializers.CharField()
    read_at = serializers.DateTimeField(allow_null=True)
    mail = serializers.ChoiceField(choices=MailState.choices)
    created_at = serializers.DateTimeField()


class InboxFilters(serializers.Serializer[Any]):  # Any: as above
    unread = serializers.BooleanField(required=False, default=False)


class ReadRequest(serializers.Serializer[Any]):  # Any: as above
    ids = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=MAX_ID),
        required=False,
        max_length=MOST_IDS,
        help_text="Left out: all of them",
    )
    is_read = serializers.BooleanField(required=False, default=True)


class ReadAnswer(serializers.Serializer[Any]):  # Any: as above
    changed = serializers.IntegerField()
    unread = serializers.IntegerField()


class ChannelsSerializer(serializers.Serializer[Any]):  # Any: as above
    on_page = serializers.BooleanField(required=False)
    by_mail = serializers.BooleanField(required=False)


class ChoicesSerializer(serializers.Serializer[Any]):  # Any: as above
    surge = ChannelsSerializer(required=False)
    drift = ChannelsSerializer(required=False)
    stalled = ChannelsSerializer(required=False)
    certificate_revoked = ChannelsSerializer(required=False)
    run_failed = ChannelsSerializer(required=False)
    decay = ChannelsSerializer(required=False)


def _json(row: Notification) -> Json:
    return {
        "id": row.pk,
        "alert": alert_json(row.alert),
        "project_name": row.alert.project.name,
        "read_at": row.read_at.isoformat() if row.read_at else None,
        "mail": row.mail,
        "created_at": row.created_at.isoformat(),
    }


def _choices(rows: dict[str, NotificationChoice]) -> Json:
    return {kind: {"on_page": row.on_page, "by_mail": row.by_mail} for kind, row in rows.items()}


class InboxView(APIView):
    @extend_schema(
        operation_id="list_inbox",
        parameters=[InboxFilters, OpenApiParameter("limit", int), OpenApiParameter("cursor", str)],
        responses=NotificationSerializer(many=True),
    )
    def get(self, request: Request) -> Response:
        """What the caller was told of, newest first."""
        filters = InboxFilters(data=request.query_params)
        filters.is_valid(raise_exception=True)
        rows = inbox_of(signed_in(request.user))
        if filters.validated_data["unread"]:
            rows = rows.filter(read_at=None)
        pages = NewestFirst()
        page = pages.paginate_queryset(rows, request, view=self)
        return pages.get_paginated_response([_json(row) for row in page or ()])


class InboxReadView(APIView):
    @extend_schema(operation_id="mark_inbox_read", request=ReadRequest, responses=ReadAnswer)
    def post(self, request: Request) -> Response:
        """Mark these, or all, as read or unread."""
        body = ReadRequest(data=request.data)
        body.is_valid(raise_exception=True)
        user = signed_in(request.user)
        changed = mark_read(user=user, ids=body.validated_data.get("ids"), is_read=body.validated_data["is_read"])
        unread = User.objects.values_list("unread_notifications", flat=True).get(pk=user.pk)
        return Response({"changed": changed, "unread": unread})


class NotificationChoicesView(APIView):
    @extend_schema(operation_id="get_notification_choices", responses=ChoicesSerializer)
    def get(self, request: Request) -> Response:
        """By kind of alert, by which channels the caller is told."""
        return Response(_choices(choices_of(signed_in(request.user))))

    @extend_schema(operation_id="change_notification_choices", request=ChoicesSerializer, responses=ChoicesSerializer)
    def patch(self, request: Request) -> Response:
        """Change what is named."""
        given = request.data
        if not isinstance(given, dict) or not all(isinstance(wish, dict) for wish in given.values()):
            raise invalid([Problem("", "not_object", f"An object of objects, by kind: {', '.join(AlertKind.values)}.")])
        return Response(_choices(choose(user=signed_in(request.user), choices=given)))

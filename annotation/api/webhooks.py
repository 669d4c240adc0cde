"""Webhooks: projects/{id}/webhooks/ and webhooks/{id}/. Managers only; the secret is told once."""

from typing import Any

from django.core.exceptions import ValidationError
from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from annotation.access import is_member, membership_for
from annotation.answers.problems import Problem
from annotation.api.errors import invalid
from annotation.api.pagination import NewestFirst
from annotation.projects.models import Role
from annotation.webhooks import services
from annotation.webhooks.models import Delivery, Told, Webhook

MAX_SEQ = 2**63 - 1


class WebhookSerializer(serializers.ModelSerializer[Webhook]):
    class Meta:
        model = Webhook
        fields = ["id", "url", "state", "told", "after_seq", "after_alert", "created_at"]


class MadeWebhookSerializer(serializers.ModelSerializer[Webhook]):
    class Meta:
        model = Webhook
        fields = ["id", "url", "state", "told", "after_seq", "after_alert", "created_at", "secret"]


class WebhookRequest(serializers.Serializer[Any]):  # Any: not bound to a model
    url = serializers.CharField(trim_whitespace=False)
    since = serializers.IntegerField(required=False, min_value=0, max_value=MAX_SEQ)
    told = serializers.ListField(
        child=serializers.ChoiceField(choices=Told.choices), required=False, help_text="Left out: changes of gold alone"
    )


class WebhookChange(serializers.Serializer[Any]):  # Any: as above
    paused = serializers.BooleanField()


class ReplayRequest(serializers.Serializer[Any]):  # Any: as above
    since = serializers.IntegerField(min_value=0, max_value=MAX_SEQ)


class DeliverySerializer(serializers.ModelSerializer[Delivery]):
    class Meta:
        model = Delivery
        fields = [
            *("id", "about", "first_seq", "last_seq", "changes", "state", "attempts", "status", "error", "seconds"),
            *("next_attempt_at", "created_at", "finished_at"),
        ]


class WebhooksView(APIView):
    @extend_schema(operation_id="list_webhooks", responses=WebhookSerializer(many=True))
    def get(self, request: Request, project_id: int) -> Response:
        member = membership_for(request.user, project_id, at_least=Role.MANAGER)
        rows = Webhook.objects.filter(project=member.project)
        return Response({"results": WebhookSerializer(rows, many=True).data, "next": None, "previous": None})

    @extend_schema(operation_id="add_webhook", request=WebhookRequest, responses={201: MadeWebhookSerializer})
    def post(self, request: Request, project_id: int) -> Response:
        """Tell an address of changes of gold, of alerts, or both, signed; `since` begins earlier in the feed."""
        member = membership_for(request.user, project_id, at_least=Role.MANAGER)
        body = WebhookRequest(data=request.data)
        body.is_valid(raise_exception=True)
        given = body.validated_data
        try:
            made = services.add_webhook(
                project=member.project,
                user=member.user,
                url=given["url"],
                since=given.get("since"),
                told=given.get("told"),
            )
        except ValidationError as error:
            field, problem = next(iter(error.error_dict.items())) if hasattr(error, "error_dict") else ("url", [error])
            raise invalid([Problem(field, problem[0].code or "bad_url", problem[0].messages[0])]) from error
        return Response(MadeWebhookSerializer(made).data, status=201)


def _webhook_for(request: Request, webhook_id: int) -> Webhook:
    row = Webhook.objects.filter(is_member(request.user), pk=webhook_id).first()
    if row is None:
        raise Http404
    membership_for(request.user, row.project_id, at_least=Role.MANAGER)
    return row


class WebhookView(APIView):
    @extend_schema(operation_id="get_webhook", responses=WebhookSerializer)
    def get(self, request: Request, webhook_id: int) -> Response:
        return Response(WebhookSerializer(_webhook_for(request, webhook_id)).data)

    @extend_schema(operation_id="change_webhook", request=WebhookChange, responses=WebhookSerializer)
    def patch(self, request: Request, webhook_id: int) -> Response:
        """Pause it, or let it go on: what waited is sent first."""
        row = _webhook_for(request, webhook_id)
        body = WebhookChange(data=request.data)
        body.is_valid(raise_exception=True)
        changed = services.set_paused(row, is_paused=body.validated_data["paused"])
        return Response(WebhookSerializer(changed).data)

    @extend_schema(operation_id="delete_webhook", responses={204: None})
    def delete(self, request: Request, webhook_id: int) -> Response:
        _webhook_for(request, webhook_id).delete()
        return Response(status=204)


class ReplayView(APIView):
    @extend_schema(operation_id="replay_webhook", request=ReplayRequest, responses=WebhookSerializer)
    def post(self, request: Request, webhook_id: int) -> Response:
        """Send every change after `since` again, in order."""
        row = _webhook_for(request, webhook_id)
        body = ReplayRequest(data=request.data)
        body.is_valid(raise_exception=True)
        return Response(WebhookSerializer(services.replay(row, since=body.validated_data["since"])).data)


class DeliveriesView(APIView):
    @extend_schema(operation_id="list_deliveries", responses=DeliverySerializer(many=True))
    def get(self, request: Request, webhook_id: int) -> Response:
        """What was sent, newest first."""
        pages = NewestFirst()
        rows = pages.paginate_queryset(
            Delivery.objects.filter(webhook=_webhook_for(request, webhook_id)), request, self
        )
        return pages.get_paginated_response(DeliverySerializer(rows, many=True).data)

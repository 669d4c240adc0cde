"""The audit log of a project: projects/{id}/audit/. Managers only; entries are never changed or removed."""

from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from annotation.access import membership_for
from annotation.api.pagination import NewestFirst
from annotation.audit.models import Action, AuditEntry
from annotation.audit.reading import Asked, entries_of
from annotation.projects.models import Role

HIGHEST = 2**63 - 1


class AuditEntrySerializer(serializers.ModelSerializer[AuditEntry]):
    user = serializers.SerializerMethodField(help_text="Whoever did it; null for the site itself or a shell.")
    document = serializers.IntegerField(source="document_id", allow_null=True)
    changes = serializers.JSONField(help_text="{column: [before, after]}; of a long value its number of characters.")

    class Meta:
        model = AuditEntry
        fields = ["id", "at", "user", "origin", "action", "table", "row_id", "document", "changes"]

    def get_user(self, entry: AuditEntry) -> str | None:
        return entry.actor or None


class AuditFilters(serializers.Serializer[Any]):  # Any: not bound to a model
    user = serializers.CharField(required=False, default="", max_length=150)
    table = serializers.CharField(required=False, default="", max_length=63)
    action = serializers.ChoiceField(choices=Action.choices, required=False, default="")
    document = serializers.IntegerField(required=False, min_value=1, max_value=HIGHEST)
    since = serializers.DateTimeField(required=False)
    until = serializers.DateTimeField(required=False)

    def asked(self) -> Asked:
        values = self.validated_data
        return Asked(
            actor=values["user"],
            table=values["table"],
            action=values["action"],
            document=values.get("document"),
            since=values.get("since"),
            until=values.get("until"),
        )


class AuditView(APIView):
    @extend_schema(
        operation_id="list_audit",
        parameters=[
            AuditFilters,
            OpenApiParameter("limit", int, description="Entries a page, up to 500."),
            OpenApiParameter("cursor", str, description="From `next` or `previous` of another page."),
        ],
        responses=AuditEntrySerializer(many=True),
    )
    def get(self, request: Request, project_id: int) -> Response:
        """Who did what and when, newest first."""
        membership_for(request.user, project_id, at_least=Role.MANAGER)
        filters = AuditFilters(data=request.query_params)
        filters.is_valid(raise_exception=True)
        pages = NewestFirst()
        rows = pages.paginate_queryset(entries_of(project_id, filters.asked()), request, view=self)
        return pages.get_paginated_response(AuditEntrySerializer(rows, many=True).data)

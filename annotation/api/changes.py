"""One change to many documents: projects/{id}/documents/changes/ and changes/{id}/undo/. Managers only."""

from typing import Any

from django.core.exceptions import ValidationError
from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from annotation.access import is_member, membership_for, signed_in
from annotation.answers.problems import Problem
from annotation.api.errors import ApiError, invalid
from annotation.api.pagination import NewestFirst
from annotation.documents import filters
from annotation.finding.actions import ACTIONS, carry_out
from annotation.finding.applying import found_documents
from annotation.finding.changing import (
    MOST_CHANGED,
    UNDO_FOR,
    Changed,
    chosen_ids,
    deletable,
    undo_change,
)
from annotation.finding.models import BulkChange, ChangeKind
from annotation.projects.models import Membership, Role

MAX_ID = 2**63 - 1


class ChangeRequest(serializers.Serializer[Any]):
    action = serializers.ChoiceField(choices=ACTIONS)
    ids = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=MAX_ID),
        required=False,
        min_length=1,
        max_length=MOST_CHANGED,
    )
    filter = serializers.DictField(
        child=serializers.CharField(), required=False, help_text="As in the query of documents/; {} means all"
    )
    confirmed = serializers.BooleanField(default=False, help_text="Asked for by `delete`, which has no way back")


class ChangedAnswer(serializers.Serializer[Any]):
    id = serializers.IntegerField(allow_null=True, help_text="For the undo; null where there is none")
    action = serializers.ChoiceField(choices=ACTIONS)
    changed = serializers.IntegerField()
    passed_over = serializers.IntegerField(help_text="Asked for and left as they are")
    undo_until = serializers.DateTimeField(allow_null=True)


class BulkChangeSerializer(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    kind = serializers.ChoiceField(choices=ChangeKind.choices)
    changed = serializers.IntegerField()
    created_at = serializers.DateTimeField()
    undo_until = serializers.DateTimeField()
    undone_at = serializers.DateTimeField(allow_null=True)


class UndoneChangeAnswer(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    undone = serializers.IntegerField()
    passed_over = serializers.IntegerField(help_text="Somebody has worked on them since")


class ChangesView(APIView):
    @extend_schema(operation_id="list_document_changes", responses=BulkChangeSerializer(many=True))
    def get(self, request: Request, project_id: int) -> Response:
        """What the caller did to many documents at once, newest first."""
        member = membership_for(request.user, project_id, at_least=Role.MANAGER)
        pages = NewestFirst()
        rows = BulkChange.objects.filter(project=member.project, user=member.user).defer("before")
        page = pages.paginate_queryset(rows, request, view=self)
        return pages.get_paginated_response([_change_json(row) for row in page or ()])

    @extend_schema(operation_id="change_documents", request=ChangeRequest, responses=ChangedAnswer)
    def post(self, request: Request, project_id: int) -> Response:
        """Give documents a place in the queue, send gold back to it, delete, or add to practice; all in one step.

        The documents are named by `ids`, by a `filter`, or by both; 5,000 at most.
        """
        member = membership_for(request.user, project_id, at_least=Role.MANAGER)
        body = ChangeRequest(data=request.data)
        body.is_valid(raise_exception=True)
        given = body.validated_data
        ids = _asked_ids(member, given)
        action = given["action"]
        if action == "delete" and not given["confirmed"]:
            raise _not_confirmed(member, ids)
        changed = carry_out(action, project=member.project, user=member.user, ids=ids)
        return Response(_changed_json(action, changed))


class ChangeUndoView(APIView):
    @extend_schema(operation_id="undo_document_change", request=None, responses=UndoneChangeAnswer)
    def post(self, request: Request, change_id: int) -> Response:
        """Take one's own change back within an hour, document by document where nothing newer was done."""
        rows = BulkChange.objects.filter(is_member(request.user), pk=change_id, user=signed_in(request.user)).defer(
            "before"
        )
        change = rows.first()
        if change is None:
            raise Http404
        membership_for(request.user, change.project_id, at_least=Role.MANAGER)
        try:
            undone = undo_change(change=change)
        except ValidationError as error:
            raise ApiError(409, "too_late", error.messages[0]) from error
        return Response({"id": change.pk, "undone": undone.number, "passed_over": undone.passed_over})


def _asked_ids(member: Membership, given: dict[str, Any]) -> list[int]:  # Any: checked by the serializer
    """An absent selection must not become everything. Raises the API's error."""
    if "ids" not in given and "filter" not in given:
        raise invalid([Problem("ids", "required", "Say which documents: ids, filter or both.")])
    pairs = dict(given.get("filter", {}))
    asked, problems = filters.parse(pairs.items())
    problems += [
        Problem(name[:100], "unknown_filter", "The list of documents has no such filter.")
        for name in pairs
        if not filters.is_filter(name)
    ]
    if problems:
        raise invalid(problems)
    rows = found_documents(member.project, member.user, asked)
    return chosen_ids(rows.filter(pk__in=given["ids"]) if "ids" in given else rows)


def _not_confirmed(member: Membership, ids: list[int]) -> ApiError:
    number = deletable(member.project, ids).count()
    message = f"{number} documents would be deleted for good. Send confirmed: true to do so."
    return invalid([Problem("confirmed", "not_confirmed", message)])


def _changed_json(action: str, changed: Changed) -> dict[str, Any]:  # Any: JSON
    kept = changed.change
    return {
        "id": kept.pk if kept else None,
        "action": action,
        "changed": changed.number,
        "passed_over": changed.passed_over,
        "undo_until": (kept.created_at + UNDO_FOR).isoformat() if kept else None,
    }


def _change_json(row: BulkChange) -> dict[str, Any]:  # Any: JSON
    return {
        "id": row.pk,
        "kind": row.kind,
        "changed": row.number,
        "created_at": row.created_at.isoformat(),
        "undo_until": (row.created_at + UNDO_FOR).isoformat(),
        "undone_at": row.undone_at.isoformat() if row.undone_at else None,
    }

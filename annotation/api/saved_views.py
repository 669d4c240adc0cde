"""Saved views: projects/{id}/views/ and views/{id}/. One's own, and those that a manager shares with everybody."""

from typing import Any
from urllib.parse import parse_qsl, urlencode

from django.core.exceptions import PermissionDenied
from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from annotation.access import membership_for, signed_in
from annotation.answers.problems import Problem
from annotation.api.errors import invalid
from annotation.api.pagination import Pages
from annotation.documents import filters
from annotation.finding.keyset import ORDERS
from annotation.finding.models import SavedView
from annotation.finding.services import LONGEST_NAME, LONGEST_QUERY, ViewAsked, change_view, may_change, save_view
from annotation.projects.models import Membership, Role


class SavedViewSerializer(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    name = serializers.CharField()
    query = serializers.CharField(help_text="For documents/ and export/, as it stands")
    shared = serializers.BooleanField()
    owner = serializers.CharField()
    may_change = serializers.BooleanField()


class SavedViewRequest(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=LONGEST_NAME)
    query = serializers.CharField(max_length=LONGEST_QUERY, allow_blank=True, default="", help_text="Filters and order")
    shared = serializers.BooleanField(default=False, help_text="With everybody in the project; managers only")


class SavedViewChange(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=LONGEST_NAME, required=False)
    shared = serializers.BooleanField(required=False)


class SavedViewPages(Pages):
    ordering = ("name", "id")


class SavedViewsView(APIView):
    @extend_schema(operation_id="list_views", responses=SavedViewSerializer(many=True))
    def get(self, request: Request, project_id: int) -> Response:
        """The caller's views of the list of documents and the shared ones, by name."""
        membership = membership_for(request.user, project_id)
        pages = SavedViewPages()
        rows = SavedView.objects.of(project_id, membership.user_id).select_related("owner")
        page = pages.paginate_queryset(rows, request, view=self)
        return pages.get_paginated_response([_view_json(row, membership) for row in page or ()])

    @extend_schema(operation_id="save_view", request=SavedViewRequest, responses={201: SavedViewSerializer})
    def post(self, request: Request, project_id: int) -> Response:
        """Keep filters under a name; a view of the caller's that has the name gets these filters."""
        membership = membership_for(request.user, project_id)
        body = SavedViewRequest(data=request.data)
        body.is_valid(raise_exception=True)
        given = body.validated_data
        _ask_for_sharing(membership, is_shared=given["shared"])
        asked = ViewAsked(given["name"], _checked_query(given["query"]), given["shared"])
        return Response(_view_json(save_view(membership=membership, asked=asked), membership), status=201)


class SavedViewView(APIView):
    @extend_schema(operation_id="get_view", responses=SavedViewSerializer)
    def get(self, request: Request, view_id: int) -> Response:
        return Response(_view_json(*_opened(request, view_id)))

    @extend_schema(operation_id="change_view", request=SavedViewChange, responses=SavedViewSerializer)
    def patch(self, request: Request, view_id: int) -> Response:
        """Rename or share it: one's own, and shared ones for a manager."""
        view, membership = _opened(request, view_id, to_change=True)
        body = SavedViewChange(data=request.data)
        body.is_valid(raise_exception=True)
        given = body.validated_data
        _ask_for_sharing(membership, is_shared=given.get("shared", False))
        asked = ViewAsked(given.get("name", view.name), is_shared=given.get("shared", view.is_shared))
        return Response(_view_json(change_view(view=view, membership=membership, asked=asked), membership))

    @extend_schema(operation_id="delete_view", responses={204: None})
    def delete(self, request: Request, view_id: int) -> Response:
        view, _membership = _opened(request, view_id, to_change=True)
        view.delete()
        return Response(status=204)


def _opened(request: Request, view_id: int, *, to_change: bool = False) -> tuple[SavedView, Membership]:
    """Raises Http404 for a view that the caller does not see, PermissionDenied for one that is not theirs to change."""
    view = SavedView.objects.select_related("owner").filter(pk=view_id).first()
    if view is None:
        raise Http404
    membership = membership_for(request.user, view.project_id)
    if view.owner_id != signed_in(request.user).pk and not view.is_shared:
        raise Http404
    if to_change and not may_change(view, membership):
        raise PermissionDenied("This view belongs to somebody else.")
    return view, membership


def _ask_for_sharing(membership: Membership, *, is_shared: bool) -> None:
    if is_shared and membership.role != Role.MANAGER:
        raise PermissionDenied("Only a manager shares a view.")


def _checked_query(raw: str) -> str:
    """Filters of the list and `order`, written anew. Raises the API's error with all that is wrong in it."""
    pairs = parse_qsl(raw.removeprefix("?"))
    _found, problems = filters.parse(pairs)
    for name, value in pairs:
        if name == "order" and value not in ORDERS:
            problems.append(Problem("order", "bad_choice", f"order is one of {', '.join(ORDERS)}."))
        elif name != "order" and not filters.is_filter(name):
            problems.append(Problem(name[:100], "unknown_filter", "The list of documents has no such filter."))
    if problems:
        raise invalid(problems)
    return urlencode(pairs)


def _view_json(row: SavedView, membership: Membership) -> dict[str, Any]:  # Any: JSON
    return {
        "id": row.pk,
        "name": row.name,
        "query": row.query,
        "shared": row.is_shared,
        "owner": row.owner.username,
        "may_change": may_change(row, membership),
    }

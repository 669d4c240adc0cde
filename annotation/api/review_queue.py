from typing import Any

from django.http import Http404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from annotation.access import is_member, membership_for, project_for, signed_in
from annotation.annotations.review_items import ReviewItem
from annotation.api.pagination import Pages
from annotation.api.review_serializers import (
    AgreeingAnswer,
    AgreeingOutcome,
    AgreeingRequest,
    AgreeingUndone,
    DecisionSerializer,
    FirstAnswerRequest,
    ReviewItemSerializer,
    ReviewsInHand,
    ReviewsRequest,
)
from annotation.api.reviews import conflict
from annotation.comments.wire import person_json
from annotation.projects.models import Role
from annotation.reviews.agreeing import Agreeing, agreeing, settle_agreeing
from annotation.reviews.decisions import Decision
from annotation.reviews.lending import AskedReviews, ReviewFilter, give_back_review, lend_reviews
from annotation.reviews.models import AgreeingBatch
from annotation.reviews.services import ReviewConflict, keep_first_answer
from annotation.reviews.undoing import undo_batch
from annotation.reviews.wire import decision_json, items_json


class ReviewsNextView(APIView):
    @extend_schema(request=ReviewsRequest, responses=ReviewsInHand)
    def post(self, request: Request, project_id: int) -> Response:
        """Lend what waits for a reviewer: `count` in hand afterwards, what the caller has already among them.

        What they have and the filters leave out is given back. Two reviewers never have the same in hand, and nobody
        gets what they answered themselves. An item that begins blind comes without anybody's answer.
        """
        project = project_for(request.user, project_id, at_least=Role.REVIEWER)
        body = ReviewsRequest(data=request.data if request.data is not None else {})
        body.is_valid(raise_exception=True)
        given: dict[str, Any] = body.validated_data  # Any: checked by the serializer
        only = ReviewFilter(
            given.get("person"), given.get("label", ""), given.get("label_set", ""), given.get("reason", "")
        )
        in_hand = lend_reviews(
            project=project, reviewer=signed_in(request.user), asked=AskedReviews(given["count"], only)
        )
        return Response({"items": items_json(in_hand.items, project), "waiting": in_hand.waiting})


def _item(request: Request, item_id: int) -> ReviewItem:
    rows = ReviewItem.objects.select_related("project", "document__project").filter(is_member(request.user))
    found = rows.filter(pk=item_id).first()
    if found is None:
        raise Http404
    membership_for(request.user, found.project_id, at_least=Role.REVIEWER)
    return found


class ReviewLeaseView(APIView):
    @extend_schema(responses={204: None})
    def delete(self, request: Request, item_id: int) -> Response:
        """Give back what the caller has in hand for review."""
        give_back_review(item=_item(request, item_id), reviewer=signed_in(request.user))
        return Response(status=204)


class FirstAnswerView(APIView):
    @extend_schema(request=FirstAnswerRequest, responses=ReviewItemSerializer)
    def post(self, request: Request, item_id: int) -> Response:
        """Answer a document before seeing what others said; afterwards everything is shown. The first answer stays."""
        item = _item(request, item_id)
        body = FirstAnswerRequest(data=request.data)
        body.is_valid(raise_exception=True)
        try:
            kept = keep_first_answer(item=item, reviewer=signed_in(request.user), answer=body.validated_data["answer"])
        except ReviewConflict as error:
            raise conflict(error) from error
        return Response(items_json([kept], item.project)[0])


class AgreeingView(APIView):
    @extend_schema(responses=AgreeingAnswer)
    def get(self, request: Request, project_id: int) -> Response:
        """Documents that most people of at least three answered alike, at most 200: what POST would settle, and how."""
        project = project_for(request.user, project_id, at_least=Role.REVIEWER)
        rows = agreeing(project=project, reviewer=signed_in(request.user))
        return Response({"results": [_agreeing_json(row) for row in rows]})

    @extend_schema(request=AgreeingRequest, responses={201: AgreeingOutcome})
    def post(self, request: Request, project_id: int) -> Response:
        """Settle these items with what most people said; what changed since the preview is left out."""
        project = project_for(request.user, project_id, at_least=Role.REVIEWER)
        body = AgreeingRequest(data=request.data)
        body.is_valid(raise_exception=True)
        batch = settle_agreeing(
            project=project, reviewer=signed_in(request.user), item_ids=body.validated_data["items"]
        )
        settled = list(batch.rows.order_by("document_id").values_list("document_id", flat=True))
        return Response({"id": batch.pk, "settled": settled}, status=201)


def _agreeing_json(row: Agreeing) -> dict[str, Any]:  # Any: JSON
    return {
        "item": row.item.pk,
        "document": row.item.document_id,
        "answer": row.answer,
        "alike": [person_json(annotation.user) for annotation in row.alike],
        "others": [person_json(annotation.user) for annotation in row.others],
    }


class AgreeingUndoView(APIView):
    @extend_schema(request=None, responses=AgreeingUndone)
    def post(self, request: Request, batch_id: int) -> Response:
        """Open again what was settled at once."""
        batch = AgreeingBatch.objects.filter(is_member(request.user), pk=batch_id).first()
        if batch is None:
            raise Http404
        membership_for(request.user, batch.project_id, at_least=Role.REVIEWER)
        return Response({"id": batch.pk, "undone": undo_batch(batch=batch, reviewer=signed_in(request.user))})


class DecisionsView(APIView):
    @extend_schema(
        responses=DecisionSerializer(many=True),
        parameters=[
            OpenApiParameter("of", OpenApiTypes.STR, enum=["person", "model"]),
            OpenApiParameter("limit", OpenApiTypes.INT),
            OpenApiParameter("cursor", OpenApiTypes.STR),
        ],
    )
    def get(self, request: Request, project_id: int) -> Response:
        """What reviewers decided, one row for each value and span: accepted, relabeled, moved, added or removed."""
        project = project_for(request.user, project_id, at_least=Role.REVIEWER)
        rows = Decision.objects.filter(project=project)
        if request.query_params.get("of") in ("person", "model"):
            rows = rows.filter(of=request.query_params["of"])
        pages = Pages()
        page = pages.paginate_queryset(rows, request, view=self)
        return pages.get_paginated_response([decision_json(row) for row in page or ()])

from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from annotation.access import is_member, membership_for, project_for, signed_in
from annotation.annotations.models import Annotation, Source
from annotation.api.annotations import idempotency_key
from annotation.api.errors import ApiError
from annotation.api.pagination import NewestFirst
from annotation.api.review_serializers import (
    AdjudicationRequest,
    GoldAnswer,
    ReviewRequest,
    ReviewSerializer,
    UndoneAnswer,
)
from annotation.documents.models import Document
from annotation.projects.models import Role
from annotation.reviews.models import Adjudication, Review, Verdict
from annotation.reviews.services import Decided, Opinion, ReviewConflict, adjudicate, review
from annotation.reviews.undoing import undo_adjudication, undo_review

KEY = OpenApiParameter("Idempotency-Key", OpenApiTypes.STR, OpenApiParameter.HEADER)
_CONFLICTS = {
    "lent_to_other": "Another reviewer has this document in hand.",
    "decided": "Somebody has decided this document meanwhile.",
    "not_in_hand": "This document is no longer lent to you.",
    "changed": "The answer has changed meanwhile.",
}


def conflict(error: ReviewConflict) -> ApiError:
    return ApiError(409, error.code, _CONFLICTS[error.code])


class ReviewView(APIView):
    @extend_schema(request=ReviewRequest, responses={201: ReviewSerializer}, parameters=[KEY])
    def post(self, request: Request, annotation_id: int) -> Response:
        """Accept, correct or send back somebody else's annotation.

        With `item` (what was lent) or `version` (the annotation's, as it was read), a late decision is refused: 409.
        The same key again changes nothing.
        """
        rows = Annotation.objects.select_related("document").filter(is_member(request.user, "document__project"))
        annotation = rows.filter(pk=annotation_id).first()
        if annotation is None:
            raise Http404
        membership_for(request.user, annotation.document.project_id, at_least=Role.REVIEWER)
        body = ReviewRequest(data=request.data)
        body.is_valid(raise_exception=True)
        opinion = _opinion(body.validated_data, idempotency_key(request))
        try:
            made = review(annotation=annotation, reviewer=signed_in(request.user), opinion=opinion)
        except ReviewConflict as error:
            raise conflict(error) from error
        return Response(ReviewSerializer(made).data, status=201)


def _opinion(given: dict[str, Any], key: str) -> Opinion:  # Any: checked by the serializer
    return Opinion(
        Verdict(given["verdict"]),
        answer=given.get("answer"),
        comment=given.get("comment", ""),
        start=given.get("start"),
        end=given.get("end"),
        seconds=given.get("seconds", 0.0),
        item_id=given.get("item"),
        version=given.get("version"),
        key=key,
    )


class ReviewUndoView(APIView):
    @extend_schema(request=None, responses=UndoneAnswer)
    def post(self, request: Request, review_id: int) -> Response:
        """Take one's own verdict back, within a quarter of an hour and where nothing came of it since (else 409)."""
        mine = Review.objects.filter(is_member(request.user, "annotation__document__project"), pk=review_id)
        found = mine.select_related("annotation__document").first()
        if found is None:
            raise Http404
        membership_for(request.user, found.annotation.document.project_id, at_least=Role.REVIEWER)
        try:
            undone = undo_review(made=found, reviewer=signed_in(request.user))
        except ReviewConflict as error:
            raise conflict(error) from error
        return Response({"id": undone.pk, "undone_at": undone.undone_at})


class ReviewsView(ListAPIView[Review]):
    serializer_class = ReviewSerializer
    pagination_class = NewestFirst

    def get_queryset(self) -> QuerySet[Review]:
        """Every verdict of this project, newest first; those that were taken back have `undone_at`."""
        project = project_for(self.request.user, self.kwargs["project_id"], at_least=Role.REVIEWER)
        return Review.objects.filter(annotation__document__project=project)


class AdjudicationView(APIView):
    @extend_schema(request=AdjudicationRequest, responses=GoldAnswer, parameters=[KEY])
    def post(self, request: Request, document_id: int) -> Response:
        """Settle a document that several people answered differently."""
        rows = Document.objects.select_related("project").filter(is_member(request.user), pk=document_id)
        document = rows.first()
        if document is None:
            raise Http404
        membership_for(request.user, document.project_id, at_least=Role.REVIEWER)
        body = AdjudicationRequest(data=request.data)
        body.is_valid(raise_exception=True)
        given = body.validated_data
        decided = Decided(
            given["answer"],
            comment=given.get("comment", ""),
            seconds=given.get("seconds", 0.0),
            item_id=given.get("item"),
            key=idempotency_key(request),
        )
        try:
            made = adjudicate(document=document, reviewer=signed_in(request.user), decided=decided)
        except ReviewConflict as error:
            raise conflict(error) from error
        source = Source.ADJUDICATION.value
        return Response({"document": document.pk, "answer": made.answer, "source": source, "adjudication": made.pk})


class AdjudicationUndoView(APIView):
    @extend_schema(request=None, responses=UndoneAnswer)
    def post(self, request: Request, adjudication_id: int) -> Response:
        """Open a document again that one has settled oneself."""
        mine = Adjudication.objects.filter(is_member(request.user, "document__project"), pk=adjudication_id)
        found = mine.select_related("document").first()
        if found is None:
            raise Http404
        membership_for(request.user, found.document.project_id, at_least=Role.REVIEWER)
        try:
            undone = undo_adjudication(made=found, reviewer=signed_in(request.user))
        except ReviewConflict as error:
            raise conflict(error) from error
        return Response({"id": undone.pk, "undone_at": undone.undone_at})

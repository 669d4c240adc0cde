from typing import Any

from django.db.models import Exists, OuterRef, QuerySet
from django.http import Http404
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from annotation.access import may_open, project_for, signed_in
from annotation.annotations.models import Annotation, GoldChange, Status
from annotation.annotations.services import Save, VersionConflict, save
from annotation.annotations.wire import annotation_json, change_json
from annotation.answers.label_sets import rules_from, with_rules
from annotation.answers.problems import Problem
from annotation.api.errors import ApiError, invalid
from annotation.api.pagination import Pages
from annotation.api.serializers import (
    AnnotationRequest,
    AnnotationSerializer,
    ChangesAnswer,
    SavedAnnotationSerializer,
)
from annotation.compiled import CompiledQuery
from annotation.documents.models import Document
from annotation.plans.answering import Placed, rule_against, words_for
from annotation.practice.hidden import note_answer
from annotation.predictions.models import Prediction

MAX_KEY_CHARS = 100
MAX_SEQ = 2**63 - 1


def whole_number(raw: str | None, name: str, default: int, highest: int = MAX_SEQ) -> int:
    """A number from a query string. Raises the contract's 422."""
    if raw is None or raw == "":
        return default
    if not raw.isascii() or not raw.isdigit() or len(raw) > 19 or int(raw) > highest:
        raise invalid([Problem(name, "bad_number", f"{name} is a whole number from 0 to {highest}.")])
    return int(raw)


def idempotency_key(request: Request) -> str:
    """Empty where the caller gave none. Raises the contract's 422."""
    key = request.headers.get("Idempotency-Key", "")
    if len(key) > MAX_KEY_CHARS or "\0" in key:
        raise invalid([Problem("Idempotency-Key", "too_long", f"A key has at most {MAX_KEY_CHARS} characters.")])
    return key


class AnnotationView(APIView):
    @extend_schema(
        request=AnnotationRequest,
        responses=SavedAnnotationSerializer,
        parameters=[
            OpenApiParameter("If-Match", OpenApiTypes.STR, OpenApiParameter.HEADER),
            OpenApiParameter("Idempotency-Key", OpenApiTypes.STR, OpenApiParameter.HEADER),
        ],
    )
    def put(self, request: Request, document_id: int) -> Response:
        """The caller's one annotation of this document. Repeating it changes nothing.

        `has_feedback` says that the document's answer was known: see `projects/{id}/practice/feedback/`. 403 `kept`,
        with the `rule`, where assignment rules keep the document from an annotator to whom it was never lent.
        """
        body = AnnotationRequest(data=request.data)
        prediction_id = body.validated_data.get("prediction") if body.is_valid() else None
        document, has_prediction = _document_to_save(request, document_id, prediction_id or 0)
        body.is_valid(raise_exception=True)
        if prediction_id and not has_prediction:
            raise invalid([Problem("prediction", "unknown_prediction", "This document has no such prediction.")])
        asked = self._asked(request, body.validated_data)
        _ask_rules(request, document)
        try:
            rules = rules_from(getattr(document, "rules", ()))
            saved = save(document=document, user=signed_in(request.user), asked=asked, rules=rules)
        except VersionConflict as conflict:
            present = annotation_json(conflict.annotation) if conflict.annotation.pk else None
            raise ApiError(
                412, "version_conflict", "Another save came first.", extra={"present": present}
            ) from conflict
        extra = {"has_feedback": True} if note_answer(document=document, annotation=saved) else {}
        return Response({**annotation_json(saved), **extra}, headers={"ETag": f'"{saved.version}"'})

    def _asked(self, request: Request, given: dict[str, Any]) -> Save:  # Any: checked by the serializer
        return Save(
            answer=given["answer"],
            status=Status(given["status"]),
            seconds=given["seconds"],
            prediction_id=given.get("prediction"),
            if_match=_version(request.headers.get("If-Match")),
            key=idempotency_key(request),
        )


def _build_document_to_save(document_id: int, user_id: int, prediction_id: int) -> QuerySet[Document]:
    asked = Prediction.objects.filter(pk=prediction_id, document=OuterRef("pk"))
    rows = with_rules(Document.objects.select_related("project"), "annotation_document.project_id")
    return rows.annotate(has_prediction=Exists(asked)).filter(pk=document_id, project__memberships__user_id=user_id)


_DOCUMENT_TO_SAVE = CompiledQuery(_build_document_to_save)


def _document_to_save(request: Request, document_id: int, prediction_id: int) -> tuple[Document, bool]:
    """With its project and the rules of its answers, and whether it has this prediction: one statement."""
    document = _DOCUMENT_TO_SAVE.first(document_id, request.user.pk or 0, prediction_id)
    if document is None or not may_open(request.user, document.project_id):
        raise Http404
    return document, bool(getattr(document, "has_prediction", False))


def _ask_rules(request: Request, document: Document) -> None:
    """Raises 403 where the project's assignment rules keep the document from the caller."""
    placed, project = Placed(document.pk, document.lane), document.project
    rule = rule_against(project=project, user=signed_in(request.user), document=placed, now=timezone.now())
    if rule:
        raise ApiError(403, "kept", words_for(rule), extra={"rule": rule})


def _version(header: str | None) -> int | None:
    if header is None or header.strip() == "*":
        return None
    digits = header.strip().removeprefix("W/").strip('"')
    if not digits.isascii() or not digits.isdigit() or len(digits) > 9:
        raise invalid([Problem("If-Match", "bad_number", "If-Match holds the annotation's version in quotes.")])
    return int(digits)


class AnnotationsView(ListAPIView[Annotation]):
    serializer_class = AnnotationSerializer
    pagination_class = Pages

    def get_queryset(self) -> QuerySet[Annotation]:
        project = project_for(self.request.user, self.kwargs["project_id"])
        return Annotation.objects.filter(document__project=project)


class LabelsView(APIView):
    @extend_schema(
        responses=ChangesAnswer,
        parameters=[OpenApiParameter("since", OpenApiTypes.INT), OpenApiParameter("limit", OpenApiTypes.INT)],
    )
    def get(self, request: Request, project_id: int) -> Response:
        """The change feed of gold: ordered, resumable, nothing skipped, nothing twice."""
        project = project_for(request.user, project_id)
        since = whole_number(request.query_params.get("since"), "since", 0)
        limit = max(1, whole_number(request.query_params.get("limit"), "limit", 100, 500))
        rows = list(GoldChange.objects.filter(project=project, pk__gt=since).order_by("pk")[:limit])
        return Response({"results": [change_json(row) for row in rows], "next_since": rows[-1].pk if rows else since})

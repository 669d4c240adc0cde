from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.http import Http404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param
from rest_framework.views import APIView

from annotation.access import is_member, project_for, signed_in
from annotation.answers.problems import Problem
from annotation.api.errors import invalid
from annotation.api.serializers import DocumentSerializer, PredictionSerializer
from annotation.documents import filters
from annotation.documents.models import Document, DocumentQuerySet, State
from annotation.documents.wire import document_json
from annotation.finding.applying import counted, found
from annotation.finding.keyset import ORDERS, BadCursor, page_of
from annotation.finding.secrets import told, with_secrets
from annotation.practice.hidden import is_kept_secret
from annotation.predictions.models import Prediction
from annotation.predictions.wire import prediction_json
from annotation.projects.models import Project
from annotation.queue.services import hidden_from

INCLUDES = ("gold", "prediction")
FILTERS = [
    OpenApiParameter("q", OpenApiTypes.STR, description="Words, or Han characters side by side"),
    OpenApiParameter("state", OpenApiTypes.STR, enum=State.values),
    OpenApiParameter("label", OpenApiTypes.STR, description="A label of the gold answer"),
    OpenApiParameter("predicted", OpenApiTypes.STR, description="A label of the prediction that people see"),
    OpenApiParameter(
        "confidence_below", OpenApiTypes.DOUBLE, description="Of the label that the model is least sure of"
    ),
    OpenApiParameter("confidence_above", OpenApiTypes.DOUBLE, description="At least so sure of every label"),
    OpenApiParameter("version", OpenApiTypes.INT, description="The prediction that people see is of this version"),
    OpenApiParameter("disagreement", OpenApiTypes.STR, enum=list(filters.DISAGREEMENTS)),
    OpenApiParameter("person", OpenApiTypes.STR, description="Who has submitted an annotation: a username"),
    OpenApiParameter("guidelines", OpenApiTypes.INT, description="Answered under this version of the guidelines"),
    OpenApiParameter("talk", OpenApiTypes.STR, enum=list(filters.TALK)),
    OpenApiParameter("language", OpenApiTypes.STR),
    OpenApiParameter("external_id", OpenApiTypes.STR),
    OpenApiParameter("since", OpenApiTypes.STR, description="Made at or after this time or day"),
    OpenApiParameter("until", OpenApiTypes.STR, description="Made before this time, or on this day at the latest"),
    OpenApiParameter("ids", OpenApiTypes.STR, description="Up to 500 ids with commas between them"),
]
LIST_PARAMETERS = [
    *FILTERS,
    OpenApiParameter("include", OpenApiTypes.STR, description="gold, prediction or both with a comma between them"),
    OpenApiParameter("count", OpenApiTypes.STR, description="1: count what is found, up to 10,000", enum=["1"]),
    OpenApiParameter("order", OpenApiTypes.STR, enum=list(ORDERS)),
    OpenApiParameter("limit", OpenApiTypes.INT),
    OpenApiParameter("cursor", OpenApiTypes.STR),
]
PAGE_SIZE = 100
MAX_PAGE_SIZE = 500


class ListedDocumentSerializer(DocumentSerializer):
    gold = serializers.JSONField(required=False, allow_null=True, help_text="{answer, source}, with include=gold")
    prediction = PredictionSerializer(required=False, allow_null=True, help_text="With include=prediction")

    class Meta(DocumentSerializer.Meta):
        fields = [*DocumentSerializer.Meta.fields, "gold", "prediction"]


class DocumentsAnswer(serializers.Serializer[Any]):
    next = serializers.URLField(allow_null=True)
    previous = serializers.URLField(allow_null=True)
    results = ListedDocumentSerializer(many=True)
    count = serializers.IntegerField(required=False, help_text="With count=1; 10,000 is as far as it counts")
    has_more_than_counted = serializers.BooleanField(required=False)


def asked_filter(request: Request) -> filters.DocumentFilter:
    """Of the query string; raises the API's error with everything that is wrong in it."""
    asked, problems = filters.parse(request.query_params.dict().items())
    if problems:
        raise invalid(problems)
    return asked


@dataclass(frozen=True, slots=True)
class ListAsked:
    """What is asked for beside the filters."""

    order: str
    limit: int
    cursor: str
    include: frozenset[str]


def _list_asked(request: Request) -> ListAsked:
    asked = request.query_params
    order = asked.get("order") or "id"
    include = frozenset(name for name in asked.get("include", "").split(",") if name)
    if order not in ORDERS:
        raise invalid([Problem("order", "bad_choice", f"order is one of {', '.join(ORDERS)}.")])
    if include - set(INCLUDES):
        raise invalid([Problem("include", "bad_choice", f"include names {' and '.join(INCLUDES)}.")])
    raw = asked.get("limit", "")
    limit = int(raw) if raw.isascii() and raw.isdecimal() and len(raw) < 10 else 0
    return ListAsked(order, min(limit or PAGE_SIZE, MAX_PAGE_SIZE), asked.get("cursor", ""), include)


class DocumentView(APIView):
    @extend_schema(responses=DocumentSerializer)
    def get(self, request: Request, document_id: int) -> Response:
        """The document, its gold answer and the prediction people see; none while the caller has it blind in hand.

        While the caller has it in hand as hidden gold, it looks like any other document in hand.
        """
        document = (
            Document.objects.select_related("project", "gold").filter(is_member(request.user), pk=document_id).first()
        )
        if document is None:
            raise Http404
        is_secret = is_kept_secret(document=document, user=signed_in(request.user))
        is_hidden = hidden_from(signed_in(request.user), document)
        ids = [] if is_hidden else [document.pk]
        seen = Prediction.objects.current(ids, document.project.production_version).get(document.pk)
        gold = None if is_secret else getattr(document, "gold", None)
        return Response(
            {
                **document_json(document),
                **({"state": State.ASSIGNED.value} if is_secret else {}),
                "project": document.project_id,
                "prediction": prediction_json(seen) if seen else None,
                "gold": {"answer": gold.answer, "source": gold.source} if gold else None,
            }
        )


def documents_page(request: Request, project_id: int) -> Response:
    """At most three statements, or four with the count: the membership, the documents, and their predictions."""
    project = project_for(request.user, project_id)
    asked = _list_asked(request)
    narrowed = asked_filter(request)
    those = found(project, signed_in(request.user), narrowed)

    def dressed(rows: DocumentQuerySet) -> DocumentQuerySet:
        shown = with_secrets(rows, signed_in(request.user))
        return shown.select_related("gold") if "gold" in asked.include else shown

    try:
        place = {"order": asked.order, "cursor": asked.cursor}
        page = page_of(those, dressed, **place, limit=asked.limit)
    except BadCursor as error:
        raise invalid([Problem("cursor", "bad_cursor", "cursor is one that this list gave out.")]) from error
    answer: dict[str, object] = {
        "next": _address(request, page.next),
        "previous": _address(request, page.previous),
        "results": _results(project, page.rows, asked.include),
    }
    if request.query_params.get("count") == "1":
        answer["count"], answer["has_more_than_counted"] = counted(those)
    return Response(answer)


def _address(request: Request, cursor: str) -> str | None:
    return replace_query_param(request.build_absolute_uri(), "cursor", cursor) if cursor else None


def _results(project: Project, rows: Sequence[Document], include: frozenset[str]) -> list[dict[str, Any]]:  # Any: JSON
    told_of = {row.pk: told(row) for row in rows}
    shown = [pk for pk, may in told_of.items() if may.prediction]
    wants = "prediction" in include and shown
    predictions = Prediction.objects.current(shown, project.production_version) if wants else {}
    results = []
    for row in rows:
        may = told_of[row.pk]
        result = {**document_json(row), "state": may.state}
        result["created_at"] = result["created_at"].replace("+00:00", "Z")
        if "gold" in include:
            gold = getattr(row, "gold", None) if may.gold else None
            result["gold"] = {"answer": gold.answer, "source": gold.source} if gold else None
        if "prediction" in include:
            seen = predictions.get(row.pk)
            result["prediction"] = prediction_json(seen) if seen else None
        results.append(result)
    return results

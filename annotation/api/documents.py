from datetime import datetime

from django.db.models import QuerySet
from django.http import Http404
from django.utils.dateparse import parse_datetime
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from annotation.access import is_member, project_for, signed_in
from annotation.answers.problems import Problem
from annotation.api.errors import invalid
from annotation.api.pagination import Pages
from annotation.api.serializers import DocumentSerializer
from annotation.documents.models import Document, State
from annotation.documents.wire import document_json
from annotation.practice.hidden import is_kept_secret
from annotation.predictions.models import Prediction
from annotation.predictions.wire import prediction_json
from annotation.projects.models import Project
from annotation.queue.services import hidden_from

ORDERS: dict[str, tuple[str, ...]] = {
    "id": ("id",),
    "-id": ("-id",),
    "priority": ("-priority", "id"),
    "created_at": ("id",),
    "-created_at": ("-id",),
}
FILTERS = [
    OpenApiParameter("state", OpenApiTypes.STR, enum=State.values),
    OpenApiParameter("label", OpenApiTypes.STR, description="A label of the gold answer"),
    OpenApiParameter("q", OpenApiTypes.STR, description="Words, or Han characters side by side"),
    OpenApiParameter("external_id", OpenApiTypes.STR),
    OpenApiParameter("since", OpenApiTypes.DATETIME, description="Made at or after"),
    OpenApiParameter("order", OpenApiTypes.STR, enum=list(ORDERS)),
    OpenApiParameter("limit", OpenApiTypes.INT),
    OpenApiParameter("cursor", OpenApiTypes.STR),
]


def listed_documents(project: Project, request: Request) -> QuerySet[Document]:
    """The project's documents by the query string's filters; an unknown filter value is a clear error."""
    asked = {name: value for name, value in request.query_params.dict().items() if value}
    for name in ("q", "label", "external_id"):
        if "\0" in asked.get(name, ""):
            raise invalid([Problem(name, "nul_char", "NUL characters are not searchable.")])
    rows = Document.objects.filter(project=project)
    if "state" in asked:
        rows = rows.filter(state=_state(asked["state"]))
    if "q" in asked:
        rows = rows.matching(project.pk, asked["q"])
    if "external_id" in asked:
        rows = rows.filter(external_id=asked["external_id"])
    if "label" in asked:
        rows = rows.with_gold_label(asked["label"], list(project.label_sets.values_list("name", flat=True)))
    if "since" in asked:
        rows = rows.filter(created_at__gte=_moment(asked["since"]))
    return rows


def _state(raw: str) -> str:
    if raw not in State.values:
        raise invalid([Problem("state", "bad_choice", f"state is one of {', '.join(State.values)}.")])
    return raw


def _moment(raw: str) -> datetime:
    try:
        moment = parse_datetime(raw)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise invalid([Problem("since", "bad_time", "since is a time such as 2026-01-31T12:00:00Z.")])
    return moment


class DocumentListPages(Pages):
    def get_ordering(self, request: Request, queryset: QuerySet[Document], view: APIView) -> tuple[str, ...]:
        order = ORDERS.get(request.query_params.get("order", "id"))
        if order is None:
            raise invalid([Problem("order", "bad_choice", f"order is one of {', '.join(ORDERS)}.")])
        return order


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


def documents_page(request: Request, project_id: int, view: APIView) -> Response:
    project = project_for(request.user, project_id)
    pages = DocumentListPages()
    rows = pages.paginate_queryset(listed_documents(project, request), request, view=view)
    return pages.get_paginated_response(DocumentSerializer(rows, many=True).data)

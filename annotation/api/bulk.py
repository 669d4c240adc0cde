import math

from django.http import Http404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from annotation.access import is_member, membership_for, project_for, signed_in
from annotation.answers.problems import Problem
from annotation.api.annotations import whole_number
from annotation.api.bulk_serializers import (
    BulkAnswer,
    BulkRequest,
    GridAnswer,
    NearDuplicatesAnswer,
    TogetherRequest,
    UndoAnswer,
)
from annotation.api.errors import invalid
from annotation.api.practice import ask_for_practice
from annotation.bulk.grid import Grid, grid_of, tiles
from annotation.bulk.models import BulkLabeling
from annotation.bulk.near import near_duplicates
from annotation.bulk.services import ManyAsked, TogetherAsked, label_many, label_together
from annotation.bulk.undoing import undo
from annotation.documents.models import Document
from annotation.documents.wire import document_json
from annotation.people.models import User
from annotation.projects.models import Project

PAGE_SIZE, MAX_PAGE = 60, 200
ORDERS = ("most_confident", "least_confident")


class BulkView(APIView):
    @extend_schema(
        operation_id="bulk_grid",
        responses=GridAnswer,
        parameters=[
            OpenApiParameter("label_set", OpenApiTypes.STR, required=True),
            OpenApiParameter("label", OpenApiTypes.STR, description="The predicted label; the largest group if absent"),
            OpenApiParameter("order", OpenApiTypes.STR, enum=ORDERS),
            OpenApiParameter("cursor", OpenApiTypes.STR),
            OpenApiParameter("limit", OpenApiTypes.INT),
            OpenApiParameter("ids", OpenApiTypes.STR, description="These documents, in this order: 3,1,2"),
        ],
    )
    def get(self, request: Request, project_id: int) -> Response:
        """Documents open to the caller by the label that the model gives them, for labeling many at once."""
        project = project_for(request.user, project_id)
        asked = request.query_params.dict()
        label_set = _label_set(project, asked.get("label_set", ""))
        user = signed_in(request.user)
        if asked.get("ids"):
            return Response(_chosen(label_set, project, user, _ids(asked["ids"])))
        limit = min(whole_number(asked.get("limit"), "limit", PAGE_SIZE) or PAGE_SIZE, MAX_PAGE)
        return Response(_page(label_set, project, user, {**asked, "limit": str(limit)}))

    @extend_schema(operation_id="bulk_label", request=BulkRequest, responses=BulkAnswer)
    def post(self, request: Request, project_id: int) -> Response:
        """Give one value of one label set to many documents, all in one step that one call takes back."""
        membership = membership_for(request.user, project_id)
        ask_for_practice(membership)
        body = BulkRequest(data=request.data)
        body.is_valid(raise_exception=True)
        asked = ManyAsked(**body.validated_data)
        return Response(label_many(project=membership.project, user=signed_in(request.user), asked=asked).as_json())


class BulkUndoView(APIView):
    @extend_schema(request=None, responses=UndoAnswer)
    def post(self, request: Request, labeling_id: int) -> Response:
        """Put everything back as it stood, except where something newer was saved."""
        rows = BulkLabeling.objects.filter(is_member(request.user), pk=labeling_id, user=signed_in(request.user))
        labeling = rows.first()
        if labeling is None:
            raise Http404
        return Response(undo(labeling=labeling).as_json())


class NearDuplicatesView(APIView):
    @extend_schema(operation_id="near_duplicates", responses=NearDuplicatesAnswer)
    def get(self, request: Request, document_id: int) -> Response:
        """Documents whose text is nearly the same, those open to the caller first; at most 50."""
        document = _document(request, document_id)
        rows = near_duplicates(document, signed_in(request.user))
        return Response(
            {
                "results": [
                    {
                        "document": document_json(row.document),
                        "similarity": row.similarity,
                        "is_equal_text": row.is_equal_text,
                        "is_open": row.is_open,
                        "pieces": row.pieces,
                    }
                    for row in rows
                ]
            }
        )

    @extend_schema(operation_id="label_together", request=TogetherRequest, responses=BulkAnswer)
    def post(self, request: Request, document_id: int) -> Response:
        """Give this document's answer to near-duplicates of it; where a span does not stand there, as a draft."""
        document = _document(request, document_id)
        ask_for_practice(membership_for(request.user, document.project_id))
        body = TogetherRequest(data=request.data)
        body.is_valid(raise_exception=True)
        _ask_for_group(document, body.validated_data["documents"])
        asked = TogetherAsked(document=document, **body.validated_data)
        return Response(label_together(user=signed_in(request.user), asked=asked).as_json())


def _document(request: Request, document_id: int) -> Document:
    rows = Document.objects.select_related("project").filter(is_member(request.user), pk=document_id)
    document = rows.first()
    if document is None:
        raise Http404
    return document


def _ask_for_group(document: Document, ids: list[int]) -> None:
    """Raises the contract's 422 for a document that is no near-duplicate."""
    group = Document.objects.filter(near_group=document.near_group or 0, near_group__gt=0, pk__in=ids)
    strangers = set(ids) - set(group.values_list("pk", flat=True)) - {document.pk}
    if strangers:
        message = "Document %d is no near-duplicate of this one."
        raise invalid([Problem("documents", "not_near", message % pk) for pk in sorted(strangers)[:100]])


def _label_set(project: Project, name: str) -> str:
    if not project.label_sets.filter(name=name, kind__in=["choice", "choices"]).exists():
        raise invalid([Problem("label_set", "unknown_label_set", "label_set names a choice of this project.")])
    return name


def _ids(raw: str) -> list[int]:
    parts = raw.split(",")
    if len(parts) > MAX_PAGE or not all(part.isascii() and part.isdigit() and len(part) < 19 for part in parts):
        raise invalid([Problem("ids", "bad_number", f"ids are at most {MAX_PAGE} whole numbers with commas between.")])
    return [int(part) for part in parts]


def _chosen(label_set: str, project: Project, user: User, ids: list[int]) -> dict[str, object]:
    """Those of these documents that are open to the person."""
    grid = grid_of(project, user, label_set, ids)
    best = {row.document_id: row for row in sorted(grid.candidates, key=lambda row: row.certainty)}
    shown = tiles(project, user, [pk for pk in ids if pk in best])
    rows = [
        {**shown[pk].as_json(), "label": best[pk].label, "confidence": best[pk].confidence} for pk in ids if pk in shown
    ]
    return _answer(grid, label_set, rows, None)


def _page(label_set: str, project: Project, user: User, asked: dict[str, str]) -> dict[str, object]:
    order = asked.get("order") or ORDERS[0]
    if order not in ORDERS:
        raise invalid([Problem("order", "bad_choice", f"order is one of {', '.join(ORDERS)}.")])
    grid = grid_of(project, user, label_set)
    most = grid.counts.most_common(1)
    label = asked["label"] if "label" in asked else most[0][0] if most else ""
    limit = int(asked["limit"])
    after = _after(asked.get("cursor", ""))
    found = grid.page(label=label, least_first=order == ORDERS[1], after=after, limit=limit + 1)
    page = found[:limit]
    shown = tiles(project, user, [row.document_id for row in page])
    rows = [
        {**shown[row.document_id].as_json(), "label": row.label, "confidence": row.confidence}
        for row in page
        if row.document_id in shown
    ]
    next_cursor = f"{page[-1].certainty!r}:{page[-1].document_id}" if len(found) > limit else None
    return _answer(grid, label_set, rows, next_cursor)


def _after(cursor: str) -> tuple[float, int] | None:
    if not cursor:
        return None
    certainty, _, document_id = cursor.partition(":")
    try:
        place = float(certainty), int(document_id)
    except ValueError:
        place = math.nan, 0
    if not math.isfinite(place[0]):
        raise invalid([Problem("cursor", "bad_cursor", "cursor is the next_cursor of an answer before.")])
    return place


def _answer(grid: Grid, label_set: str, rows: list[dict[str, object]], next_cursor: str | None) -> dict[str, object]:
    groups = [{"label": label, "count": count} for label, count in grid.counts.most_common()]
    return {
        "label_set": label_set,
        "looked_at": grid.looked_at,
        "groups": groups,
        "results": rows,
        "next_cursor": next_cursor,
    }

from typing import Any

from django.db.models import QuerySet
from django.http import Http404, StreamingHttpResponse
from django.urls import reverse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from annotation.access import project_for, signed_in
from annotation.answers.label_sets import rules_for
from annotation.answers.problems import Problem
from annotation.api.documents import FILTERS, asked_filter
from annotation.api.errors import invalid
from annotation.documents.models import Document
from annotation.exports.checksums import Checksum, sent
from annotation.exports.formats import FORMATS, ExportFormat, Layout
from annotation.exports.offsets import UNITS
from annotation.exports.rows import WHICH, lines
from annotation.finding.applying import found_documents
from annotation.finding.secrets import secret_ids
from annotation.projects.models import Project

# Where the checksum is told once the stream has ended: a header can't, it goes first.
CHECKSUM_HEADER = "Export-Checksum"


MEDIA_TYPES = sorted({made.content_type.split(";")[0] for made in FORMATS.values()})


def _shape_of(media_type: str) -> Any:  # Any: a type of OpenAPI or a schema
    """JSON is read as such by whoever checks it against the schema: one array. The others are files."""
    is_json = media_type == "application/json"
    return {"type": "array", "items": {"type": "object"}} if is_json else OpenApiTypes.BINARY


class ExportedSerializer(serializers.Serializer[Any]):
    id = serializers.CharField()
    format = serializers.ChoiceField(choices=list(FORMATS))
    which = serializers.ChoiceField(choices=list(WHICH))
    state = serializers.ChoiceField(
        choices=["running", "complete", "broken"],
        help_text="broken: the stream ended early, and what came is not whole",
    )
    rows = serializers.IntegerField(allow_null=True)
    bytes = serializers.IntegerField(allow_null=True)
    sha256 = serializers.CharField(allow_null=True, help_text="Of all bytes of the body, in hexadecimal")
    finished_at = serializers.DateTimeField(allow_null=True)


class ExportedView(APIView):
    @extend_schema(operation_id="get_export", responses=ExportedSerializer)
    def get(self, request: Request, project_id: int, export_id: str) -> Response:
        """What an export turned out to be: rows, bytes and SHA-256, for a day from its end."""
        found = sent(project_for(request.user, project_id).pk, export_id)
        if found is None:
            raise Http404
        return Response(found.as_json())


class ExportView(APIView):
    @extend_schema(
        responses={(200, media_type): _shape_of(media_type) for media_type in MEDIA_TYPES},
        parameters=[
            OpenApiParameter("format", enum=list(FORMATS)),
            OpenApiParameter("which", enum=list(WHICH)),
            OpenApiParameter("offsets", enum=list(UNITS), description="Label Studio, CoNLL and spaCy fix their own."),
            OpenApiParameter("label_set", OpenApiTypes.STR, description="The spans that become tags (conll, spacy)."),
            *FILTERS,
            OpenApiParameter(
                CHECKSUM_HEADER,
                OpenApiTypes.STR,
                OpenApiParameter.HEADER,
                response=[200],
                description="The address that tells rows, bytes and SHA-256 once the stream has ended",
            ),
        ],
    )
    def get(self, request: Request, project_id: int) -> StreamingHttpResponse:
        """Stream gold, annotations or predictions: of every document, or of those that the filters of the list find.

        What the caller must not know yet is left out: hidden gold and blind predictions of what they have in hand.
        """
        project = project_for(request.user, project_id)
        asked = request.query_params
        kind, which, unit = asked.get("format", "jsonl"), asked.get("which", "gold"), asked.get("offsets", "codepoint")
        for name, value, allowed in (
            ("format", kind, tuple(FORMATS)),
            ("which", which, WHICH),
            ("offsets", unit, UNITS),
        ):
            if value not in allowed:
                raise invalid([Problem(name, "bad_choice", f"{name} is one of {', '.join(allowed)}.")])
        made = FORMATS[kind]
        layout = _layout(project.pk, made, asked.get("label_set", ""))
        found = _found(project, request)
        secret = secret_ids(project, signed_in(request.user), which)
        only = "codepoint" if made.only_codepoints else unit
        read = lines(project, which, only, found)  # type: ignore[arg-type]  # both were checked just above
        checksum = Checksum(project.pk, format=kind, which=which)
        rows = checksum.counted(line for line in read if line["id"] not in secret)
        stream = checksum.summed(made.writer()(rows, layout))
        answer = StreamingHttpResponse(stream, content_type=made.content_type)
        answer[CHECKSUM_HEADER] = reverse("api-exported", args=[project.pk, checksum.id])
        answer["Content-Disposition"] = f'attachment; filename="project-{project.pk}-{which}.{made.ending}"'
        return answer


def _found(project: Project, request: Request) -> QuerySet[Document] | None:
    asked = asked_filter(request)
    return None if asked.is_empty else found_documents(project, signed_in(request.user), asked)


def _layout(project_id: int, made: ExportFormat, span_set: str) -> Layout:
    rules = rules_for(project_id)
    names = [rule.name for rule in rules if rule.kind == "span"]
    if span_set and span_set not in names:
        raise invalid([Problem("label_set", "unknown_label_set", "This project has no such label set of spans.")])
    if made.needs_spans and not names:
        raise invalid([Problem("format", "bad_choice", f"{made.name} needs a label set of spans.")])
    return Layout(rules, span_set or next(iter(names), ""))

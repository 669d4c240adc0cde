"""Documents come in: POST projects/{id}/documents/, GET imports/{id}/, POST imports/{id}/cancel/."""

from collections.abc import Iterator, Mapping
from typing import IO, Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.shortcuts import get_object_or_404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.parsers import BaseParser, MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from annotation.access import membership_for, project_for
from annotation.api.documents import LIST_PARAMETERS, DocumentsAnswer, documents_page
from annotation.api.errors import ApiError
from annotation.imports import job, services
from annotation.imports.dialects.units import UNITS
from annotation.imports.formats import CONTENT_TYPES, format_of_content_type, format_of_name
from annotation.imports.models import Import, ImportState
from annotation.imports.options import DIALECTS, ImportOptions
from annotation.imports.readers.encodings import ENCODINGS
from annotation.imports.readers.shapes import FileError
from annotation.imports.services import Upload
from annotation.imports.wire import import_json, imported_json
from annotation.projects.models import Role

_CHUNK = 1024 * 1024
_STATUS = {"too_large": 413, "unsupported_type": 415}


class ImportSerializer(serializers.Serializer[Import]):
    """The shape of an import, for the schema."""

    id = serializers.IntegerField()
    filename = serializers.CharField()
    state = serializers.ChoiceField(choices=ImportState.choices)
    progress = serializers.FloatField()
    imported = serializers.IntegerField()
    duplicates = serializers.IntegerField()
    rejected = serializers.ListField(child=serializers.DictField())
    rejected_count = serializers.IntegerField()
    warnings = serializers.DictField(child=serializers.IntegerField())
    error = serializers.CharField()
    error_code = serializers.CharField()
    created_at = serializers.DateTimeField()
    finished_at = serializers.DateTimeField(allow_null=True)


class ImportedSerializer(serializers.Serializer[Import]):
    """The answer to a small import."""

    id = serializers.IntegerField()
    imported = serializers.IntegerField()
    duplicates = serializers.IntegerField()
    rejected = serializers.ListField(child=serializers.DictField())
    rejected_count = serializers.IntegerField()
    warnings = serializers.DictField(child=serializers.IntegerField())


class RawParser(BaseParser):
    """Hands the body on as a stream, so that its size is no matter of memory."""

    media_type = "*/*"

    def parse(
        self,
        stream: IO[bytes],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,  # Any: DRF's own type
    ) -> Any:  # Any: an iterator of bytes, which DRF hands on as it is
        return iter(lambda: stream.read(_CHUNK), b"")


_OPTIONS = [
    OpenApiParameter("on_error", enum=["reject", "skip"], description="What one bad row does to the others."),
    OpenApiParameter("encoding", enum=ENCODINGS, description="UTF-8 unless declared; nothing is guessed."),
    OpenApiParameter("delimiter", OpenApiTypes.STR, description="Of a csv file; `tab` for a tabulator."),
    OpenApiParameter("create_labels", OpenApiTypes.BOOL, description="Add labels that the project has not."),
    OpenApiParameter("dialect", enum=list(DIALECTS), description="The tool whose export this is."),
    OpenApiParameter("offsets", enum=list(UNITS), description="How doccano counted; code points unless said."),
    OpenApiParameter("mapping", OpenApiTypes.STR, description="What columns mean: a JSON object {column: target}."),
    OpenApiParameter("people", OpenApiTypes.STR, description="`ignore`, or a JSON object {name elsewhere: username}."),
    OpenApiParameter("key", OpenApiTypes.STR, description="The same key again gives the first import's result."),
    OpenApiParameter("async", OpenApiTypes.BOOL, description="Answer 202 at once; files over 5 MB always do."),
]


class DocumentsView(APIView):
    parser_classes = [MultiPartParser, RawParser]

    @extend_schema(operation_id="list_documents", parameters=LIST_PARAMETERS, responses=DocumentsAnswer)
    def get(self, request: Request, project_id: int) -> Response:
        return documents_page(request, project_id)

    @extend_schema(
        operation_id="import_documents",
        parameters=_OPTIONS,
        request=dict.fromkeys((*CONTENT_TYPES, "multipart/form-data"), OpenApiTypes.BINARY),
        responses={201: ImportedSerializer, 202: ImportSerializer},
    )
    def post(self, request: Request, project_id: int) -> Response:
        member = membership_for(request.user, project_id, at_least=Role.MANAGER)
        try:
            upload, given = _upload(request)
            options = ImportOptions.of(given)
            row = services.request_import(project=member.project, user=member.user, upload=upload, options=options)
        except FileError as error:
            raise _refused(error.code, str(error), []) from error
        if services.waits_for_its_request(row):
            job.run_now(row.pk)
            row.refresh_from_db()
        return _outcome(row)


class ImportView(APIView):
    @extend_schema(operation_id="get_import", responses=ImportSerializer)
    def get(self, request: Request, import_id: int) -> Response:
        return Response(import_json(_import_for(request, import_id)))


class ImportCancelView(APIView):
    @extend_schema(operation_id="cancel_import", request=None, responses=ImportSerializer)
    def post(self, request: Request, import_id: int) -> Response:
        row = _import_for(request, import_id, at_least=Role.MANAGER)
        try:
            services.cancel(row=row)
        except ValidationError as error:
            raise ApiError(409, "finished", error.messages[0]) from error
        return Response(import_json(row))


def _import_for(request: Request, import_id: int, *, at_least: Role = Role.ANNOTATOR) -> Import:
    row = get_object_or_404(Import, pk=import_id)
    project_for(request.user, row.project_id, at_least=at_least)
    return row


def _upload(request: Request) -> tuple[Upload, dict[str, Any]]:  # Any: options as the client sent them
    """The file of the request and the options beside it, from the query or from the form."""
    given: dict[str, Any] = request.query_params.dict()
    if (request.content_type or "").startswith("multipart/"):
        file = request.FILES.get("file") or next(iter(request.FILES.values()), None)
        if file is None:
            raise FileError("empty_file", "Send the file as a part named “file”.")
        given |= {name: value for name, value in request.POST.items() if name not in request.FILES}
        return Upload(file.name or "", format_of_name(file.name or ""), file.chunks(_CHUNK)), given
    found = format_of_content_type(request.content_type or "")
    body: Any = request.data  # Any: what RawParser made of it, or nothing at all
    body = body if isinstance(body, Iterator) else iter(())
    return Upload(f"upload.{found.name}", found, _without_large_object(body) if found.name == "json" else body), given


def _without_large_object(body: Iterator[bytes]) -> Iterator[bytes]:
    """Only an array streams; an object is none, and bounded like the body of every other call."""
    limit: int = settings.COLLABWEB_LIMITS["body_bytes"]
    done, head = 0, b""
    for chunk in body:
        done, head = done + len(chunk), head or chunk.lstrip()
        if done > limit and head.startswith(b"{"):
            raise FileError("too_large", f"A body may have {limit} bytes at most, unless it is an array of rows.")
        yield chunk


def _outcome(row: Import) -> Response:
    if row.state == ImportState.SUCCEEDED and row.options.get("is_now"):
        return Response(imported_json(row), status=201)
    if row.state == ImportState.FAILED:
        raise _refused(row.error_code, row.error, row.rejected)
    return Response(import_json(row), status=202)


def _refused(code: str, detail: str, rejected: list[dict[str, object]]) -> ApiError:
    errors = rejected or [{"field": "file", "code": code, "message": detail}]
    return ApiError(_STATUS.get(code, 422), code, detail, errors)

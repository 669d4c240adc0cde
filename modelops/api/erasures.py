from typing import Any

from django.core.exceptions import ValidationError
from django.http import Http404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from annotation.access import project_for, signed_in
from annotation.answers.problems import Problem
from annotation.api.errors import ApiError, invalid
from annotation.api.pagination import NewestFirst
from annotation.documents.models import Document
from annotation.projects.models import Role
from modelops.api.runs import PAGE
from modelops.api.serializers import RunSerializer
from modelops.api.versions import version_for
from modelops.erasures.lineage import documents_behind, versions_taught_by
from modelops.erasures.models import Erasure
from modelops.erasures.services import erase, learn_anew
from modelops.training.services import AlreadyActive


class ErasureSerializer(serializers.ModelSerializer[Erasure]):
    document = serializers.IntegerField(source="document_id", read_only=True)
    versions = serializers.ListField(
        child=serializers.IntegerField(), help_text="That had learned from it", read_only=True
    )
    by = serializers.CharField(source="by.username", read_only=True)
    run = serializers.IntegerField(source="run_id", allow_null=True, read_only=True)

    class Meta:
        model = Erasure
        fields = ["id", "document", "versions", "reason", "by", "at", "run"]
        read_only_fields = fields


class ErasurePage(serializers.Serializer[Any]):
    next = serializers.URLField(allow_null=True)
    previous = serializers.URLField(allow_null=True)
    results = ErasureSerializer(many=True)


class EraseRequest(serializers.Serializer[Any]):
    reason = serializers.CharField(max_length=500, default="", allow_blank=True)


class TaughtSerializer(serializers.Serializer[Any]):
    versions = serializers.ListField(child=serializers.IntegerField(), help_text="Numbers of versions")


class BehindSerializer(serializers.Serializer[Any]):
    documents = serializers.ListField(child=serializers.IntegerField())
    after = serializers.IntegerField(allow_null=True, help_text="Ask again with this; null: that was all")


class ErasuresView(APIView):
    @extend_schema(responses=ErasurePage, parameters=PAGE)
    def get(self, request: Request, project_id: int) -> Response:
        """Erased documents, newest first, with the versions that had learned from them."""
        project = project_for(request.user, project_id, at_least=Role.MANAGER)
        pages = NewestFirst()
        rows = Erasure.objects.filter(project=project).select_related("by")
        found = pages.paginate_queryset(rows, request, view=self)
        return pages.get_paginated_response(ErasureSerializer(found, many=True).data)


class LearnAnewView(APIView):
    @extend_schema(request=None, responses={201: RunSerializer})
    def post(self, request: Request, project_id: int) -> Response:
        """Start a run without the erased documents that no run has left out yet; 409 while another run is active."""
        project = project_for(request.user, project_id, at_least=Role.MANAGER)
        try:
            run = learn_anew(project=project, user=signed_in(request.user))
        except AlreadyActive as error:
            raise ApiError(409, "run_active", str(error), extra={"run": error.run.pk if error.run else None}) from error
        except ValidationError as error:
            raise invalid([Problem("run", "nothing_waits", " ".join(error.messages))]) from error
        return Response(RunSerializer(run).data, status=201)


class EraseView(APIView):
    @extend_schema(request=EraseRequest, responses={201: ErasureSerializer})
    def post(self, request: Request, document_id: int) -> Response:
        """Erase a document and all that people said about it. There is no way back."""
        document = _document(request, document_id)
        body = EraseRequest(data=request.data if request.data is not None else {})
        body.is_valid(raise_exception=True)
        row = erase(document=document, user=signed_in(request.user), reason=body.validated_data["reason"])
        return Response(ErasureSerializer(row).data, status=201)


class TaughtView(APIView):
    @extend_schema(responses=TaughtSerializer)
    def get(self, request: Request, document_id: int) -> Response:
        """The versions that learned from this document."""
        return Response({"versions": versions_taught_by(_document(request, document_id))})


class BehindView(APIView):
    @extend_schema(responses=BehindSerializer, parameters=[OpenApiParameter("after", OpenApiTypes.INT)])
    def get(self, request: Request, version_id: int) -> Response:
        """The documents that a version learned from, by id, at most 1,000 at once."""
        version = version_for(request.user, version_id, Role.MANAGER)
        raw = request.query_params.get("after", "0")
        if not raw.isascii() or not raw.isdecimal() or len(raw) > 18:
            raise invalid([Problem("after", "bad_number", "The id of a document, as a whole number.")])
        found = documents_behind(version, int(raw))
        return Response({"documents": found, "after": found[-1] if len(found) == 1_000 else None})


def _document(request: Request, document_id: int) -> Document:
    document = Document.objects.select_related("project").filter(pk=document_id).first()
    if document is None:
        raise Http404
    project_for(request.user, document.project_id, at_least=Role.MANAGER)
    return document

from typing import Any

from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from annotation.access import project_for
from modelops.api.explanations import prediction_for
from modelops.certificates.models import Certificate
from modelops.certificates.reading import LIKELY_LEVEL, Overview, Standing, likely_of, overview_of
from modelops.registry.models import ModelVersion


class PromiseSerializer(serializers.Serializer[Any]):
    precision = serializers.FloatField()
    confidence = serializers.FloatField()


class CertificateSerializer(serializers.ModelSerializer[Certificate]):
    class Meta:
        model = Certificate
        fields = [
            *("id", "threshold", "coverage", "bound", "sample", "over", "right", "look", "level", "accepted"),
            "created_at",
        ]


class AuditSerializer(serializers.Serializer[Any]):
    checked = serializers.IntegerField()
    wrong = serializers.IntegerField()
    waiting = serializers.IntegerField()
    evidence = serializers.FloatField(help_text="1: nothing speaks against the promise; at 20 it is revoked")


class StandingSerializer(serializers.Serializer[Any]):
    label_set = serializers.CharField(allow_null=True, help_text="null: the whole document, as auto-accept needs it")
    state = serializers.ChoiceField(choices=["certified", "not_certified", "revoked", "impossible"])
    sample = serializers.IntegerField(help_text="Random documents with people's answers so far")
    missing = serializers.IntegerField(help_text="So many more are needed until the next look")
    certificate = CertificateSerializer(allow_null=True)


class CertificatesSerializer(serializers.Serializer[Any]):
    asked = PromiseSerializer(allow_null=True, help_text="The project's setting auto_accept")
    version = serializers.IntegerField(allow_null=True, help_text="Number of the version in production")
    auto_accepted = serializers.IntegerField(help_text="Auto-accepted answers that stand now")
    audit = AuditSerializer(allow_null=True)
    results = StandingSerializer(many=True)


class CertificatesView(APIView):
    @extend_schema(responses=CertificatesSerializer)
    def get(self, request: Request, project_id: int) -> Response:
        """From which confidence on the version in production keeps the promise asked for, and what is missing."""
        overview = overview_of(project_for(request.user, project_id))
        return Response(CertificatesSerializer(_wire(overview)).data)


def _wire(overview: Overview) -> dict[str, Any]:  # Any: JSON
    asked, version = overview.asked, overview.version
    return {
        "asked": {"precision": asked.target, "confidence": asked.level} if asked else None,
        "version": version.number if version else None,
        "auto_accepted": overview.kept,
        "audit": overview.audit,
        "results": [_standing(row) for row in overview.standings],
    }


def _standing(row: Standing) -> dict[str, Any]:  # Any: JSON
    return {
        "label_set": row.label_set or None,
        "state": row.state,
        "sample": row.sample,
        "missing": row.missing,
        "certificate": row.certificate,
    }


class LikelySerializer(serializers.Serializer[Any]):
    level = serializers.FloatField(help_text="The true label is among those named with at least this probability")
    label_sets = serializers.DictField(child=serializers.ListField(child=serializers.CharField()))


class LikelyView(APIView):
    @extend_schema(responses=LikelySerializer)
    def get(self, request: Request, prediction_id: int) -> Response:
        """The labels likely enough to name, by label set of a choice; one without enough gold to say is left out."""
        row = prediction_for(request.user, prediction_id)
        version = ModelVersion.objects.filter(project=row.document.project_id, number=row.version or 0).first()
        if version is None:
            raise Http404
        return Response({"level": LIKELY_LEVEL, "label_sets": likely_of(version, row.confidence)})

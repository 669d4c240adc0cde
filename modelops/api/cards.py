from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from annotation.projects.models import LabelSet
from modelops.api.versions import version_for
from modelops.evaluation.card import card_of
from modelops.evaluation.card_words import limit_words, markdown_of
from modelops.registry.models import ModelVersion


class CardSerializer(serializers.Serializer[Any]):
    """The model card; `words` says the limits in sentences, `markdown` is the whole card as text."""

    project = serializers.CharField()
    version = serializers.IntegerField()
    stage = serializers.CharField()
    created_at = serializers.DateTimeField()
    promoted_at = serializers.DateTimeField(allow_null=True)
    sha256 = serializers.CharField()
    encoder = serializers.CharField()
    arguments = serializers.DictField()
    snapshot = serializers.DictField(allow_null=True)
    learned_from = serializers.DictField(help_text="Counts of documents, labels, languages, lengths, sources, people.")
    label_sets = serializers.DictField(help_text="Figures by label set, with labels, slices, confusion, reliability.")
    options = serializers.DictField(help_text="What came of options of the run: privacy, ensemble, pieces")
    comparison = serializers.DictField()
    limits = serializers.ListField(child=serializers.DictField())
    words = serializers.ListField(child=serializers.CharField())
    markdown = serializers.CharField()


class CardView(APIView):
    @extend_schema(responses=CardSerializer)
    def get(self, request: Request, version_id: int) -> Response:
        """What a version learned from, how good it is where, what it is not good at."""
        found = version_for(request.user, version_id)
        version = ModelVersion.objects.with_evaluation().get(pk=found.pk)
        titles = {row.name: row.title for row in LabelSet.objects.filter(project=found.project_id)}
        card = card_of(version)
        words = [limit_words(limit, titles) for limit in card["limits"]]
        return Response(card | {"words": words, "markdown": markdown_of(card, titles)})

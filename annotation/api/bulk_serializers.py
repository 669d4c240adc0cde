"""What the calls of bulk mode take and give."""

from typing import Any

from rest_framework import serializers

from annotation.api.serializers import DocumentSerializer
from annotation.bulk.services import MAX_DOCUMENTS

MAX_ID = 2**63 - 1


class _Documents(serializers.ListField):
    child = serializers.IntegerField(min_value=1, max_value=MAX_ID)


class BulkRequest(serializers.Serializer[Any]):
    documents = _Documents(min_length=1, max_length=MAX_DOCUMENTS)
    label_set = serializers.CharField(max_length=1000, trim_whitespace=False)
    value = serializers.JSONField()
    accept_rest = serializers.BooleanField(default=False)
    key = serializers.CharField(max_length=100, required=False, allow_blank=True, default="")


class TogetherRequest(serializers.Serializer[Any]):
    documents = _Documents(min_length=1, max_length=MAX_DOCUMENTS)
    answer = serializers.JSONField()
    key = serializers.CharField(max_length=100, required=False, allow_blank=True, default="")


class RefusalSerializer(serializers.Serializer[Any]):
    document = serializers.IntegerField()
    code = serializers.CharField()
    message = serializers.CharField()


class BulkAnswer(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    labeled = serializers.IntegerField()
    drafts = serializers.IntegerField()
    labeled_documents = serializers.ListField(child=serializers.IntegerField())
    draft_documents = serializers.ListField(child=serializers.IntegerField())
    refused = RefusalSerializer(many=True)


class UndoAnswer(serializers.Serializer[Any]):
    undone = serializers.IntegerField()
    refused = RefusalSerializer(many=True)


class TileSerializer(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    external_id = serializers.CharField(allow_null=True)
    excerpt = serializers.CharField()
    length = serializers.IntegerField()
    language = serializers.CharField()
    draft = serializers.JSONField(allow_null=True)
    label = serializers.CharField()  # type: ignore[assignment]  # a field of the wire, not the attribute
    confidence = serializers.FloatField(allow_null=True)


class GroupSerializer(serializers.Serializer[Any]):
    label = serializers.CharField()  # type: ignore[assignment]  # a field of the wire, not the attribute
    count = serializers.IntegerField()


class GridAnswer(serializers.Serializer[Any]):
    label_set = serializers.CharField()
    looked_at = serializers.IntegerField()
    groups = GroupSerializer(many=True)
    results = TileSerializer(many=True)
    next_cursor = serializers.CharField(allow_null=True)


class PieceSerializer(serializers.Serializer[Any]):
    kind = serializers.ChoiceField(choices=["same", "added", "removed"])
    text = serializers.CharField()


class NearDuplicateSerializer(serializers.Serializer[Any]):
    document = DocumentSerializer()
    similarity = serializers.FloatField()
    is_equal_text = serializers.BooleanField()
    is_open = serializers.BooleanField()
    pieces = PieceSerializer(many=True)


class NearDuplicatesAnswer(serializers.Serializer[Any]):
    results = NearDuplicateSerializer(many=True)

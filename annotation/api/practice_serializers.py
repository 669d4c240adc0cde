"""Practice and its feedback as they stand in the schema."""

from typing import Any

from rest_framework import serializers

from annotation.api.serializers import DocumentSerializer, PredictionSerializer


class PracticeNextRequest(serializers.Serializer[Any]):
    count = serializers.IntegerField(min_value=1, max_value=50, default=1)
    again = serializers.BooleanField(default=False, help_text="Another round for somebody who has passed.")


class ProgressSerializer(serializers.Serializer[Any]):
    done = serializers.IntegerField()
    of = serializers.IntegerField()
    score = serializers.FloatField(allow_null=True)
    pass_mark = serializers.FloatField()
    round = serializers.IntegerField()
    passed = serializers.BooleanField()
    is_over = serializers.BooleanField()


class PracticeAssignmentSerializer(serializers.Serializer[Any]):
    id = serializers.CharField()
    kind = serializers.CharField()
    round = serializers.IntegerField()
    document = DocumentSerializer()
    prediction = PredictionSerializer(allow_null=True)
    annotation = serializers.JSONField(allow_null=True)
    expires_at = serializers.DateTimeField(allow_null=True)


class PracticeNextAnswer(serializers.Serializer[Any]):
    assignments = PracticeAssignmentSerializer(many=True)
    progress = ProgressSerializer()


class PracticeAnswerRequest(serializers.Serializer[Any]):
    answer = serializers.JSONField()
    seconds = serializers.FloatField(min_value=0, max_value=86_400, default=0.0)
    round = serializers.IntegerField(required=False, allow_null=True, min_value=1, max_value=32_767)


class DifferenceSerializer(serializers.Serializer[Any]):
    label_set = serializers.CharField()
    kind = serializers.ChoiceField(choices=["accepted", "relabeled", "moved", "added", "removed"])
    yours = serializers.JSONField(allow_null=True)
    expected = serializers.JSONField(allow_null=True)


class FeedbackSerializer(serializers.Serializer[Any]):
    is_right = serializers.BooleanField()
    score = serializers.FloatField()
    scores = serializers.DictField(child=serializers.FloatField())
    answer = serializers.JSONField()
    gold = serializers.JSONField()
    differences = DifferenceSerializer(many=True)
    note = serializers.CharField(allow_blank=True)
    definitions = serializers.DictField(child=serializers.DictField(child=serializers.CharField()))
    progress = ProgressSerializer(allow_null=True)


class LateFeedbackSerializer(FeedbackSerializer):
    """Feedback on hidden gold, with what recalls the document."""

    id = serializers.IntegerField()
    document = serializers.IntegerField()
    external_id = serializers.CharField(allow_null=True)
    excerpt = serializers.CharField()
    created_at = serializers.DateTimeField()


class FeedbackAnswer(serializers.Serializer[Any]):
    results = LateFeedbackSerializer(many=True)
    next_since = serializers.IntegerField()

"""What the calls of reviewers take and give."""

from typing import Any

from rest_framework import serializers

from annotation.annotations.review_items import ReviewReason
from annotation.api.serializers import DocumentSerializer, PersonSerializer, PredictionSerializer
from annotation.reviews.agreeing import MAX_AT_ONCE
from annotation.reviews.decisions import DecisionKind, Judged
from annotation.reviews.lending import MAX_IN_HAND
from annotation.reviews.models import Review, Verdict

MAX_ID = 2**63 - 1
HIGHEST = 2**31 - 1
MAX_SECONDS = 86_400


class ReviewRequest(serializers.Serializer[Any]):
    verdict = serializers.ChoiceField(choices=Verdict.choices)
    answer = serializers.JSONField(required=False, allow_null=True)
    comment = serializers.CharField(required=False, allow_blank=True, max_length=4_000, trim_whitespace=False)
    start = serializers.IntegerField(required=False, allow_null=True, min_value=0, max_value=HIGHEST)
    end = serializers.IntegerField(required=False, allow_null=True, min_value=0, max_value=HIGHEST)
    seconds = serializers.FloatField(required=False, min_value=0, max_value=MAX_SECONDS)
    item = serializers.IntegerField(required=False, allow_null=True, min_value=1, max_value=MAX_ID)
    version = serializers.IntegerField(required=False, allow_null=True, min_value=1, max_value=HIGHEST)


class AdjudicationRequest(serializers.Serializer[Any]):
    answer = serializers.JSONField()
    comment = serializers.CharField(required=False, allow_blank=True, max_length=4_000, trim_whitespace=False)
    seconds = serializers.FloatField(required=False, min_value=0, max_value=MAX_SECONDS)
    item = serializers.IntegerField(required=False, allow_null=True, min_value=1, max_value=MAX_ID)


class DecisionSerializer(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    document = serializers.IntegerField()
    review = serializers.IntegerField(allow_null=True)
    adjudication = serializers.IntegerField(allow_null=True)
    of = serializers.ChoiceField(choices=Judged.choices)
    person = serializers.IntegerField(allow_null=True)
    reviewer = serializers.IntegerField()
    version = serializers.IntegerField(allow_null=True)
    label_set = serializers.CharField()
    kind = serializers.ChoiceField(choices=DecisionKind.choices)
    label = serializers.CharField()  # type: ignore[assignment]  # a field of the wire, not the attribute
    before = serializers.CharField()
    after = serializers.CharField()
    start_before = serializers.IntegerField(allow_null=True)
    end_before = serializers.IntegerField(allow_null=True)
    start = serializers.IntegerField(allow_null=True)
    end = serializers.IntegerField(allow_null=True)
    seconds = serializers.FloatField()
    created_at = serializers.DateTimeField()


class ReviewSerializer(serializers.ModelSerializer[Review]):
    class Meta:
        model = Review
        fields = [
            *("id", "annotation", "annotation_version", "reviewer", "verdict", "answer", "comment", "start", "end"),
            *("seconds", "first_answer", "undone_at", "created_at"),
        ]


class GoldAnswer(serializers.Serializer[Any]):
    document = serializers.IntegerField()
    answer = serializers.JSONField()
    source = serializers.CharField()  # type: ignore[assignment]  # a field of the wire, not the attribute
    adjudication = serializers.IntegerField()


class UndoneAnswer(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    undone_at = serializers.DateTimeField(allow_null=True)


class ReviewsRequest(serializers.Serializer[Any]):
    count = serializers.IntegerField(min_value=1, max_value=MAX_IN_HAND, default=1)
    person = serializers.IntegerField(required=False, allow_null=True, min_value=1, max_value=MAX_ID)
    label_set = serializers.CharField(required=False, allow_blank=True, max_length=1000, trim_whitespace=False)
    label = serializers.CharField(  # type: ignore[assignment]  # a field of the wire, not the attribute
        required=False, allow_blank=True, max_length=1000, trim_whitespace=False
    )
    reason = serializers.ChoiceField(required=False, allow_blank=True, choices=ReviewReason.choices)


class _GivenAnswer(serializers.Serializer[Any]):
    annotation = serializers.IntegerField()
    user = PersonSerializer()
    answer = serializers.JSONField()
    version = serializers.IntegerField()
    seconds = serializers.FloatField()
    guidelines_version = serializers.IntegerField()
    changed_at = serializers.DateTimeField()


class _Spoken(serializers.Serializer[Any]):
    by = PersonSerializer()
    text = serializers.CharField()
    start = serializers.IntegerField(allow_null=True)
    end = serializers.IntegerField(allow_null=True)
    at = serializers.DateTimeField()


class ReviewItemSerializer(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    kind = serializers.ChoiceField(choices=["review", "adjudication"])
    reason = serializers.ChoiceField(choices=ReviewReason.choices)
    share = serializers.FloatField()
    blind = serializers.BooleanField()
    first_answer = serializers.JSONField(allow_null=True)
    rounds = serializers.IntegerField()
    document = DocumentSerializer()
    prediction = PredictionSerializer(allow_null=True)
    answers = _GivenAnswer(many=True)
    comments = _Spoken(many=True)
    expires_at = serializers.DateTimeField(allow_null=True)


class ReviewsInHand(serializers.Serializer[Any]):
    items = ReviewItemSerializer(many=True)
    waiting = serializers.IntegerField()


class FirstAnswerRequest(serializers.Serializer[Any]):
    answer = serializers.JSONField()


class AgreeingRow(serializers.Serializer[Any]):
    item = serializers.IntegerField()
    document = serializers.IntegerField()
    answer = serializers.JSONField()
    alike = PersonSerializer(many=True)
    others = PersonSerializer(many=True)


class AgreeingAnswer(serializers.Serializer[Any]):
    results = AgreeingRow(many=True)


class AgreeingRequest(serializers.Serializer[Any]):
    items = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=MAX_ID), min_length=1, max_length=MAX_AT_ONCE
    )


class AgreeingOutcome(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    settled = serializers.ListField(child=serializers.IntegerField())


class AgreeingUndone(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    undone = serializers.IntegerField()

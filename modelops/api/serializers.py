"""Translate only: rows to the contract's JSON and back. Rules live in the services."""

from typing import Any

from rest_framework import serializers

from modelops.evaluation.words import reason_words, verdict_words
from modelops.registry.models import ModelVersion
from modelops.training.models import Run
from modelops.work.models import WorkState

MAX_TEXTS = 256
MAX_SIMILAR = 200


class RunArguments(serializers.Serializer[Any]):
    """Arguments of training; what is left out is chosen by the site. The worker checks how they go together."""

    seed = serializers.IntegerField(min_value=0, max_value=2**31 - 1, required=False)
    epochs = serializers.IntegerField(min_value=1, max_value=100, required=False, allow_null=True)
    batch_size = serializers.IntegerField(min_value=1, max_value=1024, required=False)
    token_budget = serializers.IntegerField(min_value=256, max_value=1_000_000, required=False)
    learning_rate = serializers.FloatField(min_value=1e-7, max_value=1.0, required=False, allow_null=True)
    head_learning_rate = serializers.FloatField(min_value=1e-7, max_value=1.0, required=False)
    weight_decay = serializers.FloatField(min_value=0, max_value=1.0, required=False)
    warmup_share = serializers.FloatField(min_value=0, max_value=0.99, required=False)
    clip_norm = serializers.FloatField(min_value=1e-6, required=False)
    label_smoothing = serializers.FloatField(min_value=0, max_value=0.99, required=False)
    warm_start = serializers.BooleanField(required=False)
    lora_rank = serializers.IntegerField(min_value=1, max_value=256, required=False)
    lora_alpha = serializers.IntegerField(min_value=1, max_value=1024, required=False)
    lora_dropout = serializers.FloatField(min_value=0, max_value=0.99, required=False)
    lora_targets = serializers.ListField(child=serializers.CharField(max_length=100), max_length=20, required=False)
    adapter_share = serializers.FloatField(
        min_value=0.01, max_value=1, required=False, allow_null=True, help_text="So much of the adapter is kept"
    )
    max_length = serializers.IntegerField(min_value=16, max_value=512, required=False)
    window_overlap = serializers.IntegerField(min_value=0, max_value=256, required=False)
    max_windows = serializers.IntegerField(min_value=1, max_value=1000, required=False)
    class_weights = serializers.ChoiceField(choices=["none", "sqrt", "balanced"], required=False)
    bf16 = serializers.BooleanField(required=False, allow_null=True)
    threads = serializers.IntegerField(min_value=1, max_value=64, required=False)
    calibration_share = serializers.FloatField(min_value=0, max_value=0.99, required=False)
    resume_seconds = serializers.FloatField(min_value=1, max_value=3600, required=False)
    blanked_share = serializers.FloatField(min_value=0, max_value=0.9, required=False, help_text="Augmentation")
    ensemble = serializers.IntegerField(min_value=1, max_value=8, required=False)
    privacy_epsilon = serializers.FloatField(min_value=0.1, max_value=100, required=False, allow_null=True)
    privacy_delta = serializers.FloatField(min_value=1e-12, max_value=0.0099, required=False, allow_null=True)
    privacy_adapter = serializers.BooleanField(required=False, help_text="Not the heads alone, but LoRA as well")
    processes = serializers.IntegerField(min_value=1, max_value=64, required=False)

    def to_internal_value(self, data: Any) -> dict[str, Any]:  # Any: JSON
        unknown = sorted(set(data) - set(self.fields)) if isinstance(data, dict) else []
        if unknown:
            raise serializers.ValidationError(dict.fromkeys(unknown, "There is no such training argument."))
        given: dict[str, Any] = super().to_internal_value(data)  # Any: JSON
        return given


class RunRequest(serializers.Serializer[Any]):
    arguments = RunArguments(required=False)
    reason = serializers.CharField(max_length=200, required=False, allow_blank=True)


class RunSerializer(serializers.ModelSerializer[Run]):
    project = serializers.IntegerField(source="project_id", read_only=True)
    version = serializers.IntegerField(source="version_id", read_only=True, allow_null=True)
    error = serializers.CharField(read_only=True, allow_blank=True)

    class Meta:
        model = Run
        fields = [
            "id",
            "project",
            "state",
            "stage",
            "progress",
            "metrics",
            "arguments",
            "snapshot",
            "error",
            "reason",
            "attempt",
            "version",
            "created_at",
            "started_at",
            "finished_at",
        ]
        read_only_fields = fields


class VersionSerializer(serializers.ModelSerializer[ModelVersion]):
    project = serializers.IntegerField(source="project_id", read_only=True)
    words = serializers.SerializerMethodField(help_text="The comparison in plain words.")

    class Meta:
        model = ModelVersion
        fields = [
            "id",
            "project",
            "number",
            "stage",
            "metrics",
            "arguments",
            "comparison",
            "words",
            "encoder",
            "documents",
            "created_at",
            "promoted_at",
            "sha256",
        ]
        read_only_fields = fields

    def get_words(self, version: ModelVersion) -> list[str]:
        sentences = [verdict_words(version.comparison), *reason_words(version.comparison)]
        return [sentence for sentence in sentences if sentence]


class RunPage(serializers.Serializer[Any]):
    next = serializers.URLField(allow_null=True)
    previous = serializers.URLField(allow_null=True)
    results = RunSerializer(many=True)


class VersionPage(serializers.Serializer[Any]):
    next = serializers.URLField(allow_null=True)
    previous = serializers.URLField(allow_null=True)
    results = VersionSerializer(many=True)


class PromoteRequest(serializers.Serializer[Any]):
    force = serializers.BooleanField(default=False)
    reason = serializers.CharField(max_length=500, default="", allow_blank=True)


class PredictTexts(serializers.Serializer[Any]):
    texts = serializers.ListField(
        child=serializers.CharField(trim_whitespace=False, allow_blank=False), min_length=1, max_length=MAX_TEXTS
    )


class PredictedText(serializers.Serializer[Any]):
    answer = serializers.DictField()
    confidence = serializers.DictField()


class PredictAnswer(serializers.Serializer[Any]):
    version = serializers.IntegerField()
    predictions = PredictedText(many=True)


class WordWeightSerializer(serializers.Serializer[Any]):
    start = serializers.IntegerField()
    end = serializers.IntegerField()
    weight = serializers.FloatField(help_text="Share of all words' weights; below 0 the word speaks against the label.")


class ExplanationSerializer(serializers.Serializer[Any]):
    prediction = serializers.IntegerField()
    version = serializers.IntegerField()
    words = serializers.DictField(
        child=serializers.DictField(child=WordWeightSerializer(many=True)), help_text="By label set, then by label."
    )


class SimilarRequest(serializers.Serializer[Any]):
    document = serializers.IntegerField(min_value=1)
    count = serializers.IntegerField(min_value=1, max_value=MAX_SIMILAR, default=50)
    open = serializers.BooleanField(default=False, help_text="Only documents that somebody may still be lent.")


class SimilarDocument(serializers.Serializer[Any]):
    document = serializers.IntegerField()
    similarity = serializers.FloatField(help_text="Cosine, from -1 to 1.")


class SimilarAnswer(serializers.Serializer[Any]):
    results = SimilarDocument(many=True)
    embedded = serializers.IntegerField()
    total = serializers.IntegerField()


class EmbeddingProgress(serializers.Serializer[Any]):
    state = serializers.ChoiceField(choices=WorkState.choices)
    embedded = serializers.IntegerField()
    total = serializers.IntegerField()

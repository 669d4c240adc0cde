"""Translate only: rows to the contract's JSON and back. Rules live in the services."""

from typing import Any

from django.db import models
from rest_framework import serializers

from annotation.annotations.models import Annotation, Status
from annotation.documents.models import Document
from annotation.projects.models import Label, LabelSet, Membership, Project, Role
from annotation.projects.project_settings import SETTINGS


class PersonSerializer(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    name = serializers.CharField()


class TokenRequest(serializers.Serializer[Any]):
    username = serializers.CharField(max_length=150)
    password = serializers.CharField(max_length=1000, trim_whitespace=False)


class TokenAnswer(serializers.Serializer[Any]):
    token = serializers.CharField()


class LabelSerializer(serializers.ModelSerializer[Label]):
    name = serializers.CharField(trim_whitespace=False, max_length=1000)

    class Meta:
        model = Label
        fields = ["name", "color", "key", "definition", "titles"]
        extra_kwargs = {name: {"required": False} for name in ("color", "key", "definition", "titles")}


class LabelSetSerializer(serializers.ModelSerializer[LabelSet]):
    labels = LabelSerializer(many=True, required=False)
    name = serializers.CharField(trim_whitespace=False, max_length=1000)

    class Meta:
        model = LabelSet
        fields = ["name", "kind", "required", "overlap", "max_spans", "part_role", "titles", "labels"]


class NumberField(serializers.FloatField):
    """A number; true and false are none."""

    def to_internal_value(self, data: Any) -> float:  # Any: JSON from outside
        if isinstance(data, bool):
            self.fail("invalid")
        return super().to_internal_value(data)


class SettingsSerializer(serializers.ModelSerializer[Project]):
    serializer_field_mapping = {**serializers.ModelSerializer.serializer_field_mapping, models.FloatField: NumberField}
    auto_accept = serializers.JSONField(required=False, allow_null=True)

    def to_internal_value(self, data: Any) -> Any:  # Any: DRF's own type
        """A setting that there is not is a slip of its name, and refused."""
        unknown = [name for name in data if name not in SETTINGS] if isinstance(data, dict) else []
        if unknown:
            detail = serializers.ErrorDetail("There is no such setting.", code="unknown_setting")
            raise serializers.ValidationError({name: [detail] for name in unknown})
        return super().to_internal_value(data)

    class Meta:
        model = Project
        fields = SETTINGS


class ProjectSerializer(serializers.ModelSerializer[Project]):
    label_sets = LabelSetSerializer(many=True, read_only=True)
    settings = serializers.SerializerMethodField()
    role = serializers.SerializerMethodField()

    class Meta:
        model = Project
        fields = [
            "id",
            "name",
            "template",
            "guidelines",
            "label_sets",
            "settings",
            "role",
            "production_version",
            "created_at",
        ]

    def get_settings(self, project: Project) -> dict[str, Any]:
        return {name: getattr(project, name) for name in SETTINGS}

    def get_role(self, project: Project) -> str | None:
        return getattr(project, "role", None)


class ProjectRequest(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=200)
    template = serializers.CharField(max_length=40, required=False, allow_blank=True)
    label_sets = serializers.ListField(child=serializers.DictField(), required=False, max_length=50)
    guidelines = serializers.JSONField(required=False, allow_null=True)
    settings = SettingsSerializer(required=False, partial=True)


class ProjectChange(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=200, required=False)
    guidelines = serializers.CharField(required=False, allow_blank=True, trim_whitespace=False)
    guidelines_zh = serializers.CharField(required=False, allow_blank=True, trim_whitespace=False)
    guidelines_note = serializers.CharField(required=False, allow_blank=True)
    settings = SettingsSerializer(required=False, partial=True)


class MemberSerializer(serializers.ModelSerializer[Membership]):
    username = serializers.CharField(source="user.username", max_length=150)
    role = serializers.ChoiceField(choices=Role.choices)

    class Meta:
        model = Membership
        fields = ["username", "role"]


class ManagedMemberSerializer(MemberSerializer):
    """As managers see and change members."""

    review_share = NumberField(
        required=False,
        allow_null=True,
        min_value=0,
        max_value=1,
        help_text="How many of this person's answers are reviewed, where a share is; null: as many as of everybody's",
    )

    class Meta(MemberSerializer.Meta):
        fields = [*MemberSerializer.Meta.fields, "review_share"]


class DocumentSerializer(serializers.ModelSerializer[Document]):
    class Meta:
        model = Document
        fields = ["id", "external_id", "text", "parts", "meta", "state", "priority", "text_sha256", "created_at"]


class PredictionSerializer(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    document = serializers.IntegerField()
    version = serializers.JSONField()
    made_by = serializers.JSONField()
    answer = serializers.JSONField()
    confidence = serializers.JSONField()
    created_at = serializers.DateTimeField()


class AnnotationSerializer(serializers.ModelSerializer[Annotation]):
    class Meta:
        model = Annotation
        fields = [
            *("id", "document", "user", "answer", "status", "version", "seconds", "prediction"),
            *("guidelines_version", "sent_back", "changed_at"),
        ]


class SavedAnnotationSerializer(AnnotationSerializer):
    has_feedback = serializers.BooleanField(required=False)

    class Meta(AnnotationSerializer.Meta):
        fields = [*AnnotationSerializer.Meta.fields, "has_feedback"]


class AssignmentSerializer(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    document = DocumentSerializer()
    prediction = PredictionSerializer(allow_null=True)
    blind = serializers.BooleanField()
    has_near_duplicates = serializers.BooleanField()
    annotation = AnnotationSerializer(allow_null=True)
    comments = serializers.IntegerField()
    flagged = serializers.BooleanField()
    expires_at = serializers.DateTimeField()


class AssignmentsAnswer(serializers.Serializer[Any]):
    assignments = AssignmentSerializer(many=True)


class NextRequest(serializers.Serializer[Any]):
    count = serializers.IntegerField(min_value=1, max_value=50, default=1)


class AnnotationRequest(serializers.Serializer[Any]):
    answer = serializers.JSONField()
    seconds = NumberField(min_value=0, max_value=86_400, default=0.0)
    status = serializers.ChoiceField(choices=Status.choices, default=Status.SUBMITTED)
    prediction = serializers.IntegerField(required=False, allow_null=True, min_value=1, max_value=2**63 - 1)


class ChangeSerializer(serializers.Serializer[Any]):
    seq = serializers.IntegerField()
    document = serializers.IntegerField()
    answer = serializers.JSONField()
    source = serializers.CharField()  # type: ignore[assignment]  # a field of the wire, not the attribute
    changed_at = serializers.DateTimeField()
    deleted = serializers.BooleanField()


class ChangesAnswer(serializers.Serializer[Any]):
    results = ChangeSerializer(many=True)
    next_since = serializers.IntegerField()


class ErrorRow(serializers.Serializer[Any]):
    field = serializers.CharField(required=False)
    row = serializers.IntegerField(required=False)
    code = serializers.CharField()
    message = serializers.CharField()


class ErrorAnswer(serializers.Serializer[Any]):
    code = serializers.CharField()
    detail = serializers.CharField()
    errors = ErrorRow(many=True)  # type: ignore[assignment]  # a field of the wire, not the attribute

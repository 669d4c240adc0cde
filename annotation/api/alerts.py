"""Alerts: projects/{id}/alerts/, alerts/{id}/ and what raises them. Reviewers read, managers act."""

from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from annotation.access import is_member, membership_for, project_for, signed_in
from annotation.alerts.models import Alert, AlertKind, AlertState, StepKind
from annotation.alerts.rules import Rule, Threshold, change_rule, in_words, rules_of
from annotation.alerts.services import MOST_NOTE_CHARS, close, snooze
from annotation.alerts.wire import Json, alert_json
from annotation.api.pagination import NewestFirst
from annotation.api.serializers import PersonSerializer
from annotation.comments.wire import person_json
from annotation.projects.models import Role


class AlertSerializer(serializers.Serializer[Any]):  # Any: not bound to a model
    id = serializers.IntegerField()
    project = serializers.IntegerField()
    kind = serializers.ChoiceField(choices=AlertKind.choices)
    subject = serializers.CharField(help_text="What it is about; one alert of a kind and subject at a time")
    state = serializers.ChoiceField(choices=AlertState.choices)
    title = serializers.CharField(help_text="In the language of the request, as are `words`")
    words = serializers.CharField()
    figures = serializers.DictField(help_text="What raised it; never changed")
    times = serializers.IntegerField(help_text="How often it happened while the alert was open")
    raised_at = serializers.DateTimeField()
    last_at = serializers.DateTimeField()
    snoozed_until = serializers.DateTimeField(allow_null=True)
    closed_at = serializers.DateTimeField(allow_null=True)
    url = serializers.CharField(help_text="The alert's page")
    documents_url = serializers.CharField(allow_null=True, help_text="The list of the documents behind")


class StepSerializer(serializers.Serializer[Any]):  # Any: as above
    kind = serializers.ChoiceField(choices=StepKind.choices)
    by = PersonSerializer(allow_null=True, help_text="null: the site itself")
    note = serializers.CharField()
    until = serializers.DateTimeField(allow_null=True)
    at = serializers.DateTimeField()


class OneAlertSerializer(AlertSerializer):
    history = StepSerializer(many=True)


class AlertFilters(serializers.Serializer[Any]):  # Any: as above
    state = serializers.ChoiceField(choices=AlertState.choices, required=False)
    kind = serializers.ChoiceField(choices=AlertKind.choices, required=False)


class NoteRequest(serializers.Serializer[Any]):  # Any: as above
    note = serializers.CharField(required=False, allow_blank=True, default="", max_length=MOST_NOTE_CHARS)


class SnoozeRequest(NoteRequest):
    until = serializers.DateTimeField(help_text="Within 90 days")


class ThresholdSerializer(serializers.Serializer[Any]):  # Any: as above
    name = serializers.CharField()
    title = serializers.CharField()
    words = serializers.CharField(help_text="What it means")
    value = serializers.FloatField()
    default = serializers.FloatField()
    low = serializers.FloatField()
    high = serializers.FloatField()


class RuleSerializer(serializers.Serializer[Any]):  # Any: as above
    kind = serializers.ChoiceField(choices=AlertKind.choices)
    title = serializers.CharField()
    is_on = serializers.BooleanField()
    words = serializers.CharField(help_text="When such an alert is raised, and when it closes by itself")
    in_words = serializers.ListField(child=serializers.CharField(), help_text="The thresholds in force, in words")
    thresholds = ThresholdSerializer(many=True)


class RulesSerializer(serializers.Serializer[Any]):  # Any: as above
    results = RuleSerializer(many=True)


class RuleChange(serializers.Serializer[Any]):  # Any: as above
    kind = serializers.ChoiceField(choices=AlertKind.choices)
    is_on = serializers.BooleanField(required=False)
    thresholds = serializers.DictField(required=False, child=serializers.JSONField())


def _alert(request: Request, alert_id: int, *, at_least: Role) -> Alert:
    row = Alert.objects.filter(is_member(request.user), pk=alert_id).first()
    if row is None:
        raise Http404
    membership_for(request.user, row.project_id, at_least=at_least)
    return row


def _with_history(alert: Alert) -> Json:
    steps = alert.steps.select_related("by")
    history = [
        {
            "kind": step.kind,
            "by": person_json(step.by) if step.by else None,
            "note": step.note,
            "until": step.until.isoformat() if step.until else None,
            "at": step.at.isoformat(),
        }
        for step in steps
    ]
    return {**alert_json(alert), "history": history}


def _rule(rule: Rule) -> Json:
    return {
        "kind": rule.kind,
        "title": str(AlertKind(rule.kind).label),
        "is_on": rule.is_on,
        "words": str(rule.of.words),
        "in_words": in_words(rule),
        "thresholds": [_threshold(one, rule) for one in rule.of.thresholds],
    }


def _threshold(one: Threshold, rule: Rule) -> Json:
    said = {"name": one.name, "title": str(one.title), "words": str(one.help), "value": rule.thresholds[one.name]}
    return {**said, "default": one.default, "low": one.low, "high": one.high}


class AlertsView(APIView):
    @extend_schema(
        operation_id="list_alerts",
        parameters=[AlertFilters, OpenApiParameter("limit", int), OpenApiParameter("cursor", str)],
        responses=AlertSerializer(many=True),
    )
    def get(self, request: Request, project_id: int) -> Response:
        """What people should look at, newest first, with what was: for reviewers and managers."""
        project = project_for(request.user, project_id, at_least=Role.REVIEWER)
        filters = AlertFilters(data=request.query_params)
        filters.is_valid(raise_exception=True)
        rows: QuerySet[Alert] = Alert.objects.filter(project=project, **filters.validated_data)
        pages = NewestFirst()
        page = pages.paginate_queryset(rows, request, view=self)
        return pages.get_paginated_response([alert_json(row) for row in page or ()])


class AlertView(APIView):
    @extend_schema(operation_id="get_alert", responses=OneAlertSerializer)
    def get(self, request: Request, alert_id: int) -> Response:
        """One alert, with what happened to it."""
        return Response(_with_history(_alert(request, alert_id, at_least=Role.REVIEWER)))


class SnoozeView(APIView):
    @extend_schema(operation_id="snooze_alert", request=SnoozeRequest, responses=OneAlertSerializer)
    def post(self, request: Request, alert_id: int) -> Response:
        """Let it rest until then; it opens again by itself."""
        alert = _alert(request, alert_id, at_least=Role.MANAGER)
        body = SnoozeRequest(data=request.data)
        body.is_valid(raise_exception=True)
        return Response(_with_history(snooze(alert, user=signed_in(request.user), **body.validated_data)))


class CloseView(APIView):
    @extend_schema(operation_id="close_alert", request=NoteRequest, responses=OneAlertSerializer)
    def post(self, request: Request, alert_id: int) -> Response:
        alert = _alert(request, alert_id, at_least=Role.MANAGER)
        body = NoteRequest(data=request.data)
        body.is_valid(raise_exception=True)
        return Response(_with_history(close(alert, user=signed_in(request.user), **body.validated_data)))


class AlertRulesView(APIView):
    @extend_schema(operation_id="list_alert_rules", responses=RulesSerializer)
    def get(self, request: Request, project_id: int) -> Response:
        """What raises alerts in this project, in words and numbers."""
        project = project_for(request.user, project_id, at_least=Role.REVIEWER)
        return Response({"results": [_rule(rule) for rule in rules_of(project.pk).values()]})

    @extend_schema(operation_id="change_alert_rule", request=RuleChange, responses=RuleSerializer)
    def patch(self, request: Request, project_id: int) -> Response:
        """Change what is named of one kind's rule, for managers."""
        member = membership_for(request.user, project_id, at_least=Role.MANAGER)
        body = RuleChange(data=request.data)
        body.is_valid(raise_exception=True)
        return Response(_rule(change_rule(project=member.project, user=member.user, **body.validated_data)))

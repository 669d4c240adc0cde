"""By which rules people get documents: projects/{id}/plan/. Managers only."""

from typing import Any

from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from annotation.access import membership_for, signed_in
from annotation.api.errors import invalid
from annotation.planning.reading import foresee
from annotation.planning.services import newest_plan, save_plan, undo_plan
from annotation.planning.wire import foreseen_json, names_of, plan_json, read_with_present
from annotation.plans.rules import RuleKind
from annotation.projects.models import Project, Role


class RuleDocuments(serializers.Serializer[Any]):  # Any: not bound to a model
    language = serializers.CharField(required=False)
    meta = serializers.DictField(child=serializers.CharField(), required=False)
    predicted = serializers.CharField(required=False, help_text="A label that the version in production says.")
    share = serializers.FloatField(required=False, help_text="So many of them, drawn by a hash.")


class PlanRuleSerializer(serializers.Serializer[Any]):  # Any: as above
    """Of each kind the first rule that fits a document counts; rules of different kinds hold together."""

    kind = serializers.ChoiceField(choices=[kind.value for kind in RuleKind])
    documents = RuleDocuments(required=False)
    people = serializers.ListField(child=serializers.CharField(), required=False)
    until = serializers.DateTimeField(required=False, allow_null=True)
    label_set = serializers.CharField(required=False)
    label = serializers.CharField(required=False, allow_blank=True)  # type: ignore[assignment]  # a field of the wire, not the attribute
    at_least = serializers.FloatField(required=False)
    takes_unknown = serializers.BooleanField(required=False)
    number = serializers.IntegerField(required=False)
    most_open = serializers.IntegerField(required=False, allow_null=True)
    most_a_day = serializers.IntegerField(required=False, allow_null=True)


class PlanRequest(serializers.Serializer[Any]):  # Any: as above
    """What is left out stays as it is."""

    rules = PlanRuleSerializer(many=True, required=False)
    languages = serializers.DictField(
        child=serializers.ListField(child=serializers.CharField()),
        required=False,
        help_text="Which languages people read, by user name; who is not in it reads all of them.",
    )


class PlanAnswer(serializers.Serializer[Any]):  # Any: as above
    number = serializers.IntegerField(help_text="Rises with every change; 0: there never was one.")
    rules = PlanRuleSerializer(many=True)
    languages = serializers.DictField(child=serializers.ListField(child=serializers.CharField()))
    created_by = serializers.CharField(allow_null=True)
    created_at = serializers.DateTimeField(allow_null=True)
    routed = serializers.FloatField(help_text="How much of the project follows these rules already, from 0 to 1.")


class ForeseenPerson(serializers.Serializer[Any]):  # Any: as above
    username = serializers.CharField()
    documents = serializers.IntegerField()
    ends_at = serializers.DateTimeField(allow_null=True)
    per_day = serializers.FloatField(allow_null=True, help_text="Documents a day at present.")
    today = serializers.IntegerField()
    in_hand = serializers.IntegerField()
    after_practice = serializers.BooleanField()


class StuckSerializer(serializers.Serializer[Any]):  # Any: as above
    why = serializers.ChoiceField(choices=["people", "language", "skill", "overlap", "nobody"])
    count = serializers.IntegerField()
    documents = serializers.ListField(child=serializers.IntegerField(), help_text="At most 200 of them.")
    language = serializers.CharField(allow_null=True)
    people = serializers.ListField(child=serializers.CharField())
    label_set = serializers.CharField(allow_null=True)
    label = serializers.CharField(allow_null=True)  # type: ignore[assignment]  # a field of the wire, not the attribute
    at_least = serializers.FloatField(allow_null=True)


class ForeseenDeadline(serializers.Serializer[Any]):  # Any: as above
    until = serializers.DateTimeField()
    documents = serializers.IntegerField()
    late = serializers.IntegerField(allow_null=True)


class ForeseenAnswer(serializers.Serializer[Any]):  # Any: as above
    documents = serializers.IntegerField()
    is_cut = serializers.BooleanField(help_text="More documents are open than were looked at.")
    ends_at = serializers.DateTimeField(allow_null=True)
    people = ForeseenPerson(many=True)
    stuck = StuckSerializer(many=True, help_text="Documents that nobody may take, or fewer people than are wanted.")
    deadlines = ForeseenDeadline(many=True)


class PlanView(APIView):
    @extend_schema(operation_id="read_plan", responses=PlanAnswer)
    def get(self, request: Request, project_id: int) -> Response:
        """The rules in force."""
        project = _project(request, project_id)
        return Response(plan_json(newest_plan(project), project, names_of(project)))

    @extend_schema(operation_id="save_plan", request=PlanRequest, responses=PlanAnswer)
    def put(self, request: Request, project_id: int) -> Response:
        """Put rules in force. Documents follow within seconds; until then the former rules hold for them."""
        project = _project(request, project_id)
        asked = read_with_present(project, _body(request), newest_plan(project))
        if asked.problems:
            raise invalid(asked.problems)
        user = signed_in(request.user)
        plan = save_plan(project=project, user=user, rules=asked.rules, languages=asked.languages)
        plan.refresh_from_db()
        return Response(plan_json(plan, project, names_of(project)))


class PlanPreviewView(APIView):
    @extend_schema(operation_id="preview_plan", request=PlanRequest, responses=ForeseenAnswer)
    def post(self, request: Request, project_id: int) -> Response:
        """What these rules would do from now on; without a body, what those in force will do. Changes nothing."""
        project = _project(request, project_id)
        asked = read_with_present(project, _body(request), newest_plan(project))
        if asked.problems:
            raise invalid(asked.problems)
        return Response(foreseen_json(foresee(project, asked.rules, asked.languages), names_of(project)))


class PlanUndoView(APIView):
    @extend_schema(operation_id="undo_plan", request=None, responses=PlanAnswer)
    def post(self, request: Request, project_id: int) -> Response:
        """Put the rules before the newest change in force again."""
        project = _project(request, project_id)
        if newest_plan(project) is None:
            raise Http404
        plan = undo_plan(project=project, user=signed_in(request.user))
        plan.refresh_from_db()
        return Response(plan_json(plan, project, names_of(project)))


def _project(request: Request, project_id: int) -> Project:
    return membership_for(request.user, project_id, at_least=Role.MANAGER).project


def _body(request: Request) -> dict[str, Any]:  # Any: JSON from outside
    return request.data if isinstance(request.data, dict) else {}

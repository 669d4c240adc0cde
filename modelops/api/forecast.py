from math import isfinite
from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from annotation.access import project_for
from annotation.answers.problems import Problem
from annotation.api.errors import invalid
from annotation.projects.models import Role
from modelops.forecast.curve import Range
from modelops.forecast.models import Forecast
from modelops.forecast.outlook import says_stop
from modelops.forecast.services import DEFAULT_TARGET, SetForecast, forecasts_of, request_forecast
from modelops.forecast.words import outlook_words
from modelops.work.models import WorkState


class RangeSerializer(serializers.Serializer[Any]):
    value = serializers.FloatField(allow_null=True, help_text="null: never")
    low = serializers.FloatField(allow_null=True)
    high = serializers.FloatField(allow_null=True, help_text="null: perhaps never. low and high: 90 % interval")


class MeasuredPoint(serializers.Serializer[Any]):
    trained = serializers.IntegerField(help_text="Documents that it learned from")
    score = serializers.FloatField()


class VersionPoint(MeasuredPoint):
    version = serializers.IntegerField()
    tested = serializers.IntegerField()


class SetForecastSerializer(serializers.Serializer[Any]):
    label_set = serializers.CharField()
    state = serializers.ChoiceField(choices=["reached", "ahead", "doubtful", "out_of_reach"], allow_null=True)
    now = RangeSerializer(allow_null=True, help_text="The score of today's gold, a share")
    documents = RangeSerializer(allow_null=True, help_text="To be labeled until the goal")
    hours = RangeSerializer(allow_null=True, help_text="Of work, at the pace of the newest answers")
    gain = RangeSerializer(allow_null=True, help_text="What the next `step` documents to learn from bring")
    step = serializers.IntegerField(allow_null=True)
    is_flat = serializers.BooleanField()
    measured = MeasuredPoint(many=True)
    versions = VersionPoint(many=True)
    words = serializers.ListField(child=serializers.CharField())


class ForecastSerializer(serializers.Serializer[Any]):
    target = serializers.FloatField()
    state = serializers.ChoiceField(choices=WorkState.choices, allow_null=True, help_text="Of the measurement")
    measured_at = serializers.DateTimeField(allow_null=True)
    stop = serializers.BooleanField(help_text="No label set gains anything worth the work")
    results = SetForecastSerializer(many=True)


class ForecastView(APIView):
    @extend_schema(
        responses=ForecastSerializer,
        parameters=[OpenApiParameter("target", OpenApiTypes.FLOAT, description="A share; 0.9 where it is left out")],
    )
    def get(self, request: Request, project_id: int) -> Response:
        """How good the model may become, documents and hours until a goal, and whether more labeling still pays."""
        project = project_for(request.user, project_id, at_least=Role.REVIEWER)
        target = _target(request.query_params.get("target"))
        row = Forecast.objects.filter(project=project).first()
        found = forecasts_of(project, row, target)
        body = {
            "target": target,
            "state": row.state if row else None,
            "measured_at": row.measured_at if row else None,
            "stop": says_stop([one.outlook for one in found if one.outlook]),
            "results": [_set(one, target) for one in found],
        }
        return Response(ForecastSerializer(body).data)

    @extend_schema(request=None, responses={202: ForecastSerializer})
    def post(self, request: Request, project_id: int) -> Response:
        """Measure the curves anew, in the background."""
        project = project_for(request.user, project_id, at_least=Role.MANAGER)
        row = request_forecast(project)
        body = {
            "target": DEFAULT_TARGET,
            "state": row.state,
            "measured_at": row.measured_at,
            "stop": False,
            "results": [],
        }
        return Response(ForecastSerializer(body).data, status=202)


def _target(raw: str | None) -> float:
    try:
        target = DEFAULT_TARGET if raw is None else float(raw)
    except ValueError:
        target = 0.0
    if not 0 < target <= 1:
        raise invalid([Problem("target", "bad_number", "The target is a share above 0 and not above 1.")])
    return target


def _set(found: SetForecast, target: float) -> dict[str, Any]:  # Any: JSON
    one, measured = found.outlook, found.measured
    return {
        "label_set": found.name,
        "state": one.state if one else None,
        "now": _range(one.now if one else None),
        "documents": _range(one.more if one else None),
        "hours": _range(one.hours if one else None),
        "gain": _range(one.gain if one else None),
        "step": one.step if one else None,
        "is_flat": bool(one and one.is_flat),
        "measured": [
            {"trained": size, "score": score}
            for size, score in (zip(measured.sizes, measured.scores, strict=True) if measured else ())
        ],
        "versions": [
            {"version": p.version, "trained": p.trained, "score": p.score, "tested": p.tested} for p in found.points
        ],
        "words": outlook_words(one, round(100 * target)),
    }


def _range(found: Range | None) -> dict[str, float | None] | None:
    if found is None:
        return None
    ends = {"value": found.value, "low": found.low, "high": found.high}
    return {name: round(end, 4) if isfinite(end) else None for name, end in ends.items()}

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from annotation.access import signed_in
from annotation.answers.problems import Problem
from annotation.api.errors import invalid
from annotation.people.preferences import change_preferences


class PreferencesSerializer(serializers.Serializer[Any]):
    """For the schema alone; annotation/people/preferences.py checks what comes."""

    keys = serializers.DictField(child=serializers.ListField(child=serializers.CharField()), required=False)
    single_keys = serializers.BooleanField(required=False)
    why = serializers.BooleanField(required=False)
    granularity = serializers.ChoiceField(choices=["word", "character"], required=False)
    guidelines_open = serializers.BooleanField(required=False)
    favorites = serializers.DictField(child=serializers.ListField(child=serializers.CharField()), required=False)


class PreferencesView(APIView):
    @extend_schema(responses=PreferencesSerializer)
    def get(self, request: Request) -> Response:
        """How the annotation screen behaves for the caller; what was never set is left out."""
        return Response(signed_in(request.user).preferences)

    @extend_schema(request=PreferencesSerializer, responses=PreferencesSerializer)
    def patch(self, request: Request) -> Response:
        """Change what is named; null takes a preference away."""
        if not isinstance(request.data, dict):
            raise invalid([Problem("", "not_object", "Preferences are an object.")])
        return Response(change_preferences(user=signed_in(request.user), changes=request.data))

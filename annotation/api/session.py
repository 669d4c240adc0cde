from typing import Any

from django.middleware.csrf import get_token
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView


class SessionSerializer(serializers.Serializer[Any]):
    user = serializers.IntegerField(allow_null=True)
    csrf = serializers.CharField()


class SessionView(APIView):
    permission_classes = (AllowAny,)

    @extend_schema(responses=SessionSerializer)
    def get(self, request: Request) -> Response:
        """Who is signed in now, and the token that their calls carry: a page that was left open asks for both."""
        return Response({"user": request.user.pk, "csrf": get_token(request)}, headers={"Cache-Control": "no-store"})

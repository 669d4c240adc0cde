from typing import Any

from django.middleware.csrf import get_token
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from annotation.events.addresses import live_url


class SessionSerializer(serializers.Serializer[Any]):
    user = serializers.IntegerField(allow_null=True)
    csrf = serializers.CharField()
    live = serializers.CharField(help_text="The address of a project's events; {id} stands for the project")


class SessionView(APIView):
    permission_classes = (AllowAny,)

    @extend_schema(responses=SessionSerializer)
    def get(self, request: Request) -> Response:
        """Who is signed in now, the token that their calls carry, and where events are told.

        A page that was left open asks for these, and so does a client that follows events.
        """
        live = live_url("{id}", host=request.get_host(), is_secure=request.is_secure())
        answer = {"user": request.user.pk, "csrf": get_token(request), "live": live}
        return Response(answer, headers={"Cache-Control": "no-store"})

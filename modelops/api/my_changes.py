from django.urls import reverse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from annotation.access import project_for, signed_in
from annotation.api.annotations import whole_number
from modelops.registry.models import ModelVersion
from modelops.training.lessons import lessons_for


class MyChangesSerializer(serializers.Serializer[dict[str, object]]):
    version = serializers.IntegerField(allow_null=True, help_text="Number of the version; null before the first one")
    corrected = serializers.IntegerField(help_text="Documents in which the caller corrected an earlier version")
    taught = serializers.IntegerField(help_text="Those of them that this version learned from")
    fixed = serializers.IntegerField(help_text="Those of them that it now answers as the caller did")
    url = serializers.CharField(help_text="The page that lists them")


class MyChangesView(APIView):
    @extend_schema(responses=MyChangesSerializer, parameters=[OpenApiParameter("version", OpenApiTypes.INT)])
    def get(self, request: Request, project_id: int) -> Response:
        """What the caller's corrections changed in a version, by number; without one, in the version in production."""
        project = project_for(request.user, project_id)
        number = whole_number(request.query_params.get("version"), "version", project.production_version or 0)
        version = ModelVersion.objects.filter(project=project, number=number).first()
        url = reverse("my_changes", args=[project_id])
        if version is None:
            return Response({"version": None, "corrected": 0, "taught": 0, "fixed": 0, "url": url})
        lessons = lessons_for(project=project, version=version, user=signed_in(request.user))
        return Response(
            {
                "version": version.number,
                "corrected": len(lessons.lessons),
                "taught": lessons.count("trained"),
                "fixed": len(lessons.fixed),
                "url": f"{url}?version={version.number}",
            }
        )

from django.http import StreamingHttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.views import APIView

from annotation.access import project_for
from annotation.answers.problems import Problem
from annotation.api.errors import invalid
from annotation.exports.offsets import UNITS
from annotation.exports.rows import WHICH, lines
from annotation.exports.writers import csv_rows, jsonl

FORMATS = ("jsonl", "csv")


class ExportView(APIView):
    @extend_schema(
        responses={(200, "application/x-ndjson"): OpenApiTypes.STR},
        parameters=[
            OpenApiParameter("format", enum=list(FORMATS)),
            OpenApiParameter("which", enum=list(WHICH)),
            OpenApiParameter("offsets", enum=list(UNITS)),
        ],
    )
    def get(self, request: Request, project_id: int) -> StreamingHttpResponse:
        """Stream gold, annotations or predictions."""
        project = project_for(request.user, project_id)
        asked = request.query_params
        kind, which, unit = asked.get("format", "jsonl"), asked.get("which", "gold"), asked.get("offsets", "codepoint")
        for name, value, allowed in (("format", kind, FORMATS), ("which", which, WHICH), ("offsets", unit, UNITS)):
            if value not in allowed:
                raise invalid([Problem(name, "bad_choice", f"{name} is one of {', '.join(allowed)}.")])
        found = lines(project, which, unit)  # type: ignore[arg-type]  # both were checked just above
        if kind == "csv":
            label_sets = list(project.label_sets.values_list("name", flat=True))
            body, content_type = csv_rows.write(found, label_sets), csv_rows.CONTENT_TYPE
        else:
            body, content_type = jsonl.write(found), jsonl.CONTENT_TYPE
        answer = StreamingHttpResponse(body, content_type=content_type)
        answer["Content-Disposition"] = f'attachment; filename="project-{project.pk}-{which}.{kind}"'
        return answer

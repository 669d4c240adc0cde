from django.http import StreamingHttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.views import APIView

from annotation.access import project_for
from annotation.answers.label_sets import rules_for
from annotation.answers.problems import Problem
from annotation.api.errors import invalid
from annotation.exports.formats import FORMATS, ExportFormat, Layout
from annotation.exports.offsets import UNITS
from annotation.exports.rows import WHICH, lines


class ExportView(APIView):
    @extend_schema(
        responses={(200, made.content_type.split(";")[0]): OpenApiTypes.BINARY for made in FORMATS.values()},
        parameters=[
            OpenApiParameter("format", enum=list(FORMATS)),
            OpenApiParameter("which", enum=list(WHICH)),
            OpenApiParameter("offsets", enum=list(UNITS), description="Label Studio, CoNLL and spaCy fix their own."),
            OpenApiParameter("label_set", OpenApiTypes.STR, description="The spans that become tags (conll, spacy)."),
        ],
    )
    def get(self, request: Request, project_id: int) -> StreamingHttpResponse:
        """Stream gold, annotations or predictions."""
        project = project_for(request.user, project_id)
        asked = request.query_params
        kind, which, unit = asked.get("format", "jsonl"), asked.get("which", "gold"), asked.get("offsets", "codepoint")
        for name, value, allowed in (
            ("format", kind, tuple(FORMATS)),
            ("which", which, WHICH),
            ("offsets", unit, UNITS),
        ):
            if value not in allowed:
                raise invalid([Problem(name, "bad_choice", f"{name} is one of {', '.join(allowed)}.")])
        made = FORMATS[kind]
        layout = _layout(project.pk, made, asked.get("label_set", ""))
        found = lines(project, which, "codepoint" if made.only_codepoints else unit)  # type: ignore[arg-type]  # both were checked just above
        answer = StreamingHttpResponse(made.writer()(found, layout), content_type=made.content_type)
        answer["Content-Disposition"] = f'attachment; filename="project-{project.pk}-{which}.{made.ending}"'
        return answer


def _layout(project_id: int, made: ExportFormat, span_set: str) -> Layout:
    rules = rules_for(project_id)
    names = [rule.name for rule in rules if rule.kind == "span"]
    if span_set and span_set not in names:
        raise invalid([Problem("label_set", "unknown_label_set", "This project has no such label set of spans.")])
    if made.needs_spans and not names:
        raise invalid([Problem("format", "bad_choice", f"{made.name} needs a label set of spans.")])
    return Layout(rules, span_set or next(iter(names), ""))

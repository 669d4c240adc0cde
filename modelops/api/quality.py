from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils import timezone
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
from annotation.quality.asked import read
from modelops.reports.agreement import agreement_summary
from modelops.reports.build import REPORTS
from modelops.reports.inputs import Inputs, read_inputs
from modelops.reports.shapes import Section

PARAMETERS = [
    OpenApiParameter("from", OpenApiTypes.DATE, description="First day of the answers, in UTC"),
    OpenApiParameter("to", OpenApiTypes.DATE, description="Last day, included"),
    OpenApiParameter("language", OpenApiTypes.STR, description="Of the documents; `meta.key=value` works too"),
    OpenApiParameter(
        "report", OpenApiTypes.STR, description=f"Only these, with commas between them: {', '.join(REPORTS)}"
    ),
]


class QualitySerializer(serializers.Serializer[dict[str, object]]):
    asked = serializers.DictField(child=serializers.CharField(), help_text="The filter in force")
    agreement = serializers.DictField(
        help_text="By label set: documents that several people answered, and figures by code with value, low, high"
    )
    reports = serializers.DictField(
        help_text="By report and section: numbers, and rows of every table, with the address of the documents behind"
    )


class QualityView(APIView):
    @extend_schema(responses=QualitySerializer, parameters=PARAMETERS)
    def get(self, request: Request, project_id: int) -> Response:
        """The figures of the reports, for reviewers and managers; words are in the language of the request."""
        project = project_for(request.user, project_id, at_least=Role.REVIEWER)
        asked, problems = read(request.query_params.dict().items())
        names = [name for name in request.query_params.get("report", "").split(",") if name] or list(REPORTS)
        problems += [
            Problem("report", "bad_choice", f"A report is one of {', '.join(REPORTS)}.")
            for name in names
            if name not in REPORTS
        ]
        if problems:
            raise invalid(problems)
        inputs = read_inputs(project, asked, timezone.now().date())
        found = {name: {one.key: _section(one, inputs) for one in REPORTS[name](inputs).sections} for name in names}
        agreement = agreement_summary(inputs) if "agreement" in names else {}
        return Response({"asked": dict(asked.pairs), "agreement": agreement, "reports": found})


def _section(section: Section, inputs: Inputs) -> dict[str, Any]:  # Any: JSON
    link = _Links(reverse("documents", args=[inputs.project.pk]))
    return {
        "title": section.title,
        "words": section.words,
        "numbers": [
            {
                "title": kpi.title,
                **kpi.cell.as_json(),
                "unit": kpi.unit.value,
                "documents": link[kpi.cell.figure] if kpi.cell.figure else None,
            }
            for kpi in section.kpis
        ],
        "tables": {table.key: table.as_json(link) for table in section.all_tables()},
    }


class _Links(dict[str, str]):
    """The address of the documents behind a figure."""

    def __init__(self, listing: str) -> None:
        super().__init__()
        self.listing = listing

    def __missing__(self, figure: str) -> str:
        return f"{self.listing}?{urlencode({'figure': figure})}"

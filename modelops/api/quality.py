import time
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from annotation.access import membership_for, project_for
from annotation.answers.problems import Problem
from annotation.api.errors import ApiError, invalid
from annotation.projects.models import Project, Role
from annotation.quality.asked import Asked, read
from modelops.reports.kept import look, wait, wish_for
from modelops.reports.names import NAMES, PERSON
from modelops.reports.shapes import Report, Section

# Workers calculate; most reports take a second or two.
PATIENCE_SECONDS = 20

PARAMETERS = [
    OpenApiParameter("from", OpenApiTypes.DATE, description="First day of the answers, in UTC"),
    OpenApiParameter("to", OpenApiTypes.DATE, description="Last day, included"),
    OpenApiParameter("language", OpenApiTypes.STR, description="Of the documents; `meta.key=value` works too"),
    OpenApiParameter(
        "report", OpenApiTypes.STR, description=f"Only these, with commas between them: {', '.join(NAMES)}"
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


class PersonQualitySerializer(serializers.Serializer[dict[str, object]]):
    asked = serializers.DictField(child=serializers.CharField(), help_text="The filter in force")
    sections = serializers.DictField(
        help_text="By section: numbers, and rows of every table, with the address of the documents behind"
    )


class QualityView(APIView):
    @extend_schema(responses=QualitySerializer, parameters=PARAMETERS)
    def get(self, request: Request, project_id: int) -> Response:
        """The figures of the reports, for reviewers and managers; words are in the language of the request.

        503 when no worker has calculated them within twenty seconds: ask again.
        """
        project = project_for(request.user, project_id, at_least=Role.REVIEWER)
        asked, problems = read(request.query_params.dict().items())
        names = [name for name in request.query_params.get("report", "").split(",") if name] or list(NAMES)
        problems += [
            Problem("report", "bad_choice", f"A report is one of {', '.join(NAMES)}.")
            for name in names
            if name not in NAMES
        ]
        if problems:
            raise invalid(problems)
        made = reports_of(project, asked, names)
        found = {name: {one.key: _section(one, project) for one in made[name].sections} for name in names}
        agreement = made["agreement"].summary if "agreement" in made else {}
        return Response({"asked": dict(asked.pairs), "agreement": agreement, "reports": found})


class PersonQualityView(APIView):
    @extend_schema(responses=PersonQualitySerializer, parameters=PARAMETERS[:3])
    def get(self, request: Request, project_id: int, user_id: int) -> Response:
        """One person's own figures beside the group's: everybody may read their own, reviewers and managers anybody's.

        503 when no worker has calculated them within twenty seconds: ask again.
        """
        membership = membership_for(request.user, project_id)
        if membership.role == Role.ANNOTATOR and membership.user_id != user_id:
            raise PermissionDenied(_("These figures are somebody else's."))
        asked, problems = read(request.query_params.dict().items())
        if problems:
            raise invalid(problems)
        report = reports_of(membership.project, asked, [PERSON], user_id)[PERSON]
        sections = {one.key: _section(one, membership.project) for one in report.sections}
        return Response({"asked": dict(asked.pairs), "sections": sections})


def reports_of(project: Project, asked: Asked, names: Sequence[str], person: int | None = None) -> dict[str, Report]:
    """As of now; all are asked for, then waited for. Raises ApiError 503 when no worker calculates them in time."""
    wishes = {name: wish_for(project, name, asked, person) for name in names}
    until = time.monotonic() + getattr(settings, "WORKER_WAIT_SECONDS", PATIENCE_SECONDS)
    for wish in wishes.values():
        look(project, wish)
    made = {}
    for name, wish in wishes.items():
        found = wait(project, wish, seconds=until - time.monotonic(), is_fresh=True)
        if found.kept is None or not found.is_fresh:
            raise ApiError(503, "no_worker", _("No worker answered in time. Try again."))
        made[name] = found.kept.report
    return made


def _section(section: Section, project: Project) -> dict[str, Any]:  # Any: JSON
    link = _Links(reverse("documents", args=[project.pk]))
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

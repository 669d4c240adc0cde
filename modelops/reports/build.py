"""A report from a project's columns; workers alone do this."""

from collections.abc import Callable
from dataclasses import replace

from django.utils import timezone

from annotation.projects.models import Project
from annotation.quality.asked import Asked
from modelops.reports.agreement import agreement_report
from modelops.reports.corrections import corrections_report
from modelops.reports.drift import drift_report
from modelops.reports.inputs import Inputs, read_inputs
from modelops.reports.model import model_report
from modelops.reports.names import PERSON
from modelops.reports.overview import overview_report
from modelops.reports.people import people_report
from modelops.reports.person import person_report
from modelops.reports.shapes import Report
from modelops.reports.topics import topics_report
from modelops.reports.work import work_report

REPORTS: dict[str, Callable[[Inputs], Report]] = {
    "overview": overview_report,
    "work": work_report,
    "agreement": agreement_report,
    "people": people_report,
    "corrections": corrections_report,
    "model": model_report,
    "topics": topics_report,
    "drift": drift_report,
}
# Of the time, reading the columns takes about this share.
READ = 0.3


def build(
    project: Project, asked: Asked, name: str, person: int | None, tell: Callable[[float], None] = lambda share: None
) -> Report:
    """`tell` hears how much is done, from 0 to 1."""
    inputs = read_inputs(project, asked, timezone.now().date(), name)
    tell(READ)
    inputs = replace(inputs, tell=lambda share: tell(READ + (1 - READ) * share))
    return person_report(inputs, person or 0) if name == PERSON else REPORTS[name](inputs)

"""The reports by name, kept until what they rest on changes."""

from collections.abc import Callable
from datetime import date
from hashlib import sha256

from django.core.cache import cache
from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from annotation.projects.models import Project
from annotation.quality.asked import Asked
from annotation.quality.services import newest_change
from modelops.reports.agreement import agreement_report
from modelops.reports.corrections import corrections_report
from modelops.reports.drift import drift_report
from modelops.reports.inputs import Inputs, read_inputs
from modelops.reports.model import model_report
from modelops.reports.overview import overview_report
from modelops.reports.people import people_report
from modelops.reports.person import person_report
from modelops.reports.shapes import Report
from modelops.reports.work import work_report

REPORTS: dict[str, Callable[[Inputs], Report]] = {
    "overview": overview_report,
    "work": work_report,
    "agreement": agreement_report,
    "people": people_report,
    "corrections": corrections_report,
    "model": model_report,
    "drift": drift_report,
}
TITLES: dict[str, Promise] = {
    "overview": _("Quality"),
    "work": _("Work and pace"),
    "agreement": _("Agreement"),
    "people": _("People"),
    "corrections": _("Corrections"),
    "model": _("Model"),
    "drift": _("Drift"),
}

# States of documents and new versions change without the columns: a kept report is no older than this.
KEPT_SECONDS = 60


def report_of(project: Project, asked: Asked, today: date, name: str, person: int | None = None) -> Report:
    """Calculated once for everybody who asks the same before an answer changes; `person` for that person's own page."""
    parts = (project.pk, name, person, asked.query, today, get_language(), newest_change(project), project.hourly_rate)
    key = f"report:{sha256(repr(parts).encode()).hexdigest()}"
    kept = cache.get(key)
    if isinstance(kept, Report):
        return kept
    inputs = read_inputs(project, asked, today, name)
    made = REPORTS[name](inputs) if person is None else person_report(inputs, person)
    cache.set(key, made, KEPT_SECONDS)
    return made

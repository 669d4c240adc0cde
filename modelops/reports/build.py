"""The reports by name."""

from collections.abc import Callable

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from modelops.reports.agreement import agreement_report
from modelops.reports.corrections import corrections_report
from modelops.reports.drift import drift_report
from modelops.reports.inputs import Inputs
from modelops.reports.model import model_report
from modelops.reports.overview import overview_report
from modelops.reports.people import people_report
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

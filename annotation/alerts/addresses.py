"""Where an alert, and what it is about, is looked at."""

from urllib.parse import urlencode

from django.conf import settings
from django.urls import NoReverseMatch, reverse

from annotation.alerts.models import Alert, AlertKind

# Pages of other packages, by name; a site without them has no link.
_PAGES = {
    AlertKind.SURGE: ("report_topics", ()),
    AlertKind.DRIFT: ("report_drift", ()),
    AlertKind.STALLED: ("documents", ()),
    AlertKind.CERTIFICATE: ("certificates", ()),
    AlertKind.RUN: ("run", ("run",)),
    AlertKind.DECAY: ("report_person", ("user",)),
}


def alert_page(alert: Alert) -> str:
    return reverse("alert", args=[alert.project_id, alert.pk])


def absolute(path: str) -> str:
    """For mails and programs, which know no host."""
    return str(settings.SITE_URL).rstrip("/") + path


def documents_page(alert: Alert) -> str:
    """The list of the documents behind; empty where there are none."""
    if not alert.documents:
        return ""
    return f"{reverse('documents', args=[alert.project_id])}?{urlencode({'figure': alert.documents})}"


def more_page(alert: Alert) -> str:
    """The page on which what it is about is followed up; empty where there is none."""
    name, figures = _PAGES[AlertKind(alert.kind)]
    try:
        return reverse(name, args=[alert.project_id, *(alert.figures.get(figure) for figure in figures)])
    except NoReverseMatch:
        return ""

"""An alert as programs get it, from the API and from webhooks."""

from typing import Any

from annotation.alerts.addresses import absolute, alert_page, documents_page
from annotation.alerts.models import Alert
from annotation.alerts.words import in_words

Json = dict[str, Any]  # Any: JSON


def raised_json(alert: Alert) -> Json:
    """What never changes of it."""
    return {
        "id": alert.pk,
        "kind": alert.kind,
        "subject": alert.subject,
        "figures": alert.figures,
        "raised_at": alert.raised_at.isoformat(),
        "url": absolute(alert_page(alert)),
        "documents_url": absolute(documents_page(alert)) if alert.documents else None,
    }


def alert_json(alert: Alert) -> Json:
    """`title` and `words` are in the language of the request."""
    told = in_words(alert)
    return {
        **raised_json(alert),
        "project": alert.project_id,
        "state": alert.state,
        "title": told.title,
        "words": told.words,
        "times": alert.times,
        "last_at": alert.last_at.isoformat(),
        "snoozed_until": alert.snoozed_until.isoformat() if alert.snoozed_until else None,
        "closed_at": alert.closed_at.isoformat() if alert.closed_at else None,
    }

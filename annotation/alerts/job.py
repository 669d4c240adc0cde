"""Send the mails that wait. One worker sends each, and a server that refuses is asked again later."""

import logging
from datetime import timedelta
from email.utils import parseaddr

from django.conf import settings
from django.core.mail import EmailMessage
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from annotation.alerts.addresses import absolute, alert_page, documents_page
from annotation.alerts.models import MailState, Notification
from annotation.alerts.words import in_words

logger = logging.getLogger(__name__)
MOST_AT_ONCE = 50
# Whoever sends a mail holds it so long; only a worker that died in between leaves it to another one.
HOLD = timedelta(minutes=5)
# After the last of these the mail counts as failed.
PAUSES = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 30, 120, 720))


def run(project_id: int) -> int:
    """The number of mails sent."""
    now = timezone.now()
    rows = Notification.objects.filter(alert__project=project_id, mail=MailState.WAITING, mail_due_at__lte=now)
    due = rows.select_related("alert__project", "user").order_by("mail_due_at", "pk")[:MOST_AT_ONCE]
    return sum(_send(row) for row in due)


def _send(row: Notification) -> bool:
    if not _hold(row):
        return False
    if not row.user.is_active or not row.user.email:
        _rows(row).update(mail=MailState.FAILED, mail_error="no address")
        return False
    try:
        message(row).send()
    except OSError as error:  # smtplib's errors are OSErrors
        _fail(row, error)
        return False
    _rows(row).update(mail=MailState.SENT, mailed_at=timezone.now(), mail_error="")
    return True


def _hold(row: Notification) -> bool:
    """True for one worker alone: the time it was due at is the fence."""
    held = _rows(row).filter(mail_due_at=row.mail_due_at)
    return bool(held.update(mail_due_at=timezone.now() + HOLD, mail_attempts=row.mail_attempts + 1))


def _fail(row: Notification, error: OSError) -> None:
    logger.warning("mail of notification %s failed: %s", row.pk, type(error).__name__)
    attempts = row.mail_attempts
    said = (str(error) or type(error).__name__)[:300]
    if attempts >= len(PAUSES):
        _rows(row).update(mail=MailState.FAILED, mail_error=said)
    else:
        _rows(row).update(mail_due_at=timezone.now() + PAUSES[attempts], mail_error=said)


def _rows(row: Notification) -> QuerySet[Notification]:
    return Notification.objects.filter(pk=row.pk, mail=MailState.WAITING)


def message(row: Notification) -> EmailMessage:
    """In the person's language. The same Message-ID in every attempt: a mail program shows one of two as one."""
    alert = row.alert
    with override(row.user.language or settings.LANGUAGE_CODE):
        told = in_words(alert)
        lines = [told.words, "", *(f"{name}: {value}" for name, value in told.facts), ""]
        lines += [_("The alert: %(url)s") % {"url": absolute(alert_page(alert))}]
        if alert.documents:
            lines += [_("The documents behind: %(url)s") % {"url": absolute(documents_page(alert))}]
        lines += ["", _("Your inbox says which alerts come by e-mail: %(url)s") % {"url": absolute(reverse("inbox"))}]
        subject = f"[{alert.project.name}] {told.title}".replace("\n", " ").replace("\r", " ")
    host = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2] or "localhost"
    headers = {"Message-ID": f"<collabweb-notification-{row.pk}@{host}>", "Auto-Submitted": "auto-generated"}
    return EmailMessage(subject, "\n".join(lines), to=[row.user.email], headers=headers)

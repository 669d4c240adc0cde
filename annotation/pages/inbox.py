"""What a person is told of alerts, in all projects, and by which channels."""

from dataclasses import dataclass

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from annotation.access import signed_in
from annotation.alerts.addresses import alert_page
from annotation.alerts.models import AlertKind, Notification
from annotation.alerts.telling import CHANNELS, choices_of, choose, inbox_of, mark_read
from annotation.alerts.words import Told, in_words

SHOWN = 30


@dataclass(frozen=True, slots=True)
class Row:
    notification: Notification
    kind: str
    told: Told


@dataclass(frozen=True, slots=True)
class Choice:
    kind: str
    title: str
    on_page: bool
    by_mail: bool


@login_required
@require_safe
def inbox(request: HttpRequest) -> HttpResponse:
    user = signed_in(request.user)
    rows = inbox_of(user)
    if request.GET.get("show") == "unread":
        rows = rows.filter(read_at=None)
    page = Paginator(rows, SHOWN).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "rows": [Row(one, str(AlertKind(one.alert.kind).label), in_words(one.alert)) for one in page],
        "is_unread_only": request.GET.get("show") == "unread",
        "choices": [
            Choice(kind, str(AlertKind(kind).label), one.on_page, one.by_mail) for kind, one in choices_of(user).items()
        ],
    }
    return render(request, "annotation/alerts/inbox.html", context)


@login_required
@require_POST
def open_notification(request: HttpRequest, notification_id: int) -> HttpResponse:
    """Mark one as read, or as unread, and go on to its alert or back to the inbox."""
    user = signed_in(request.user)
    row = get_object_or_404(inbox_of(user), pk=notification_id)
    wish = request.POST.get("wish", "open")
    mark_read(user=user, ids=[row.pk], is_read=wish != "unread")
    return redirect(alert_page(row.alert) if wish == "open" else "inbox")


@login_required
@require_POST
def read_all(request: HttpRequest) -> HttpResponse:
    mark_read(user=signed_in(request.user))
    messages.success(request, _("Everything is marked as read."))
    return redirect("inbox")


@login_required
@require_POST
def choose_channels(request: HttpRequest) -> HttpResponse:
    ticked = set(request.POST.getlist("channel"))
    wishes = {kind: {name: f"{kind}:{name}" in ticked for name in CHANNELS} for kind in AlertKind.values}
    choose(user=signed_in(request.user), choices=wishes)
    messages.success(request, _("Saved."))
    return redirect("inbox")

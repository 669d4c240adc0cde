"""Page for managers: who did what and when in a project, and the same as a file."""

import csv
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django import forms
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from annotation.access import membership_for
from annotation.answers.spreadsheets import disarmed
from annotation.audit.models import Action, AuditEntry
from annotation.audit.reading import THINGS, Asked, entries_of, read_in_slices, thing
from annotation.projects.models import Membership, Role

SHOWN = 50
COLUMNS = ("id", "at", "user", "origin", "action", "table", "row", "document", "changes")


class AuditForm(forms.Form):
    person = forms.CharField(label=_("Person"), required=False, max_length=150)
    table = forms.ChoiceField(label=_("What"), required=False, choices=[("", _("Everything")), *THINGS.items()])
    action = forms.ChoiceField(label=_("Action"), required=False, choices=[("", _("Every action")), *Action.choices])
    document = forms.IntegerField(label=_("Document"), required=False, min_value=1, max_value=2**63 - 1)
    since = forms.DateField(label=_("From"), required=False)
    until = forms.DateField(label=_("To"), required=False)

    def asked(self) -> Asked:
        if not self.is_valid():
            return Asked()
        values = self.cleaned_data
        until = values["until"]
        return Asked(
            actor=values["person"],
            table=values["table"],
            action=values["action"],
            document=values["document"],
            since=_midnight(values["since"]) if values["since"] else None,
            until=_midnight(until + timedelta(days=1)) if until else None,
        )


@dataclass(frozen=True, slots=True)
class Row:
    entry: AuditEntry
    what: str
    changes: list[tuple[str, str, str]]


@login_required
@require_safe
def audit_page(request: HttpRequest, project_id: int) -> HttpResponseBase:
    membership = membership_for(request.user, project_id, at_least=Role.MANAGER)
    form = AuditForm(request.GET)
    rows = entries_of(project_id, form.asked())
    if request.GET.get("as") == "csv" and form.is_valid():
        return _file(membership, read_in_slices(rows))
    before = request.GET.get("before", "")
    if before.isdecimal() and len(before) < 19:
        rows = rows.filter(pk__lt=int(before))
    found = list(rows[: SHOWN + 1])
    older = found[SHOWN - 1].pk if len(found) > SHOWN else None
    people = Membership.objects.filter(project=project_id).values_list("user__username", flat=True)
    context = {
        "membership": membership,
        "form": form,
        "rows": [_row(entry) for entry in found[:SHOWN]],
        "people": sorted(people),
        "is_filtered": any(request.GET.get(name) for name in form.fields),
        "older": _address(request, before=older) if older else "",
        "newest": _address(request) if before else "",
        "file": _address(request) + ("&" if _address(request) != "?" else "") + "as=csv",
    }
    return render(request, "annotation/pages/audit.html", context, status=200 if form.is_valid() else 422)


def _address(request: HttpRequest, before: int | None = None) -> str:
    asked = request.GET.copy()
    asked.pop("before", None)
    if before is not None:
        asked["before"] = str(before)
    return f"?{asked.urlencode()}"


def _row(entry: AuditEntry) -> Row:
    changes = [(name, _words(before), _words(after)) for name, (before, after) in sorted(entry.changes.items())]
    return Row(entry, thing(entry.table), changes)


def _words(value: object) -> str:
    if value is None or value == "":
        return "–"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, timezone.get_current_timezone())


def _file(membership: Membership, entries: Iterator[AuditEntry]) -> StreamingHttpResponse:
    response = StreamingHttpResponse(_lines(entries), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="audit-{membership.project_id}.csv"'
    return response


class _Line:
    """Gives back what csv writes."""

    def write(self, line: str) -> str:
        return line


def _lines(entries: Iterator[AuditEntry]) -> Iterator[str]:
    writer = csv.writer(_Line())
    yield writer.writerow(COLUMNS)
    for entry in entries:
        changes = json.dumps(entry.changes, ensure_ascii=False)
        who = (entry.pk, entry.at.isoformat(), disarmed(entry.actor), disarmed(entry.origin))
        yield writer.writerow((*who, entry.action, entry.table, entry.row_id, entry.document_id or "", changes))

"""Alerts of a project: what is going on, what was, and what raises them. Reviewers read, managers act."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from annotation.access import membership_for, signed_in
from annotation.alerts import services
from annotation.alerts.addresses import alert_page, documents_page, more_page
from annotation.alerts.models import Alert, AlertKind, AlertState, Notification
from annotation.alerts.rules import RULES, Rule, Threshold, change_rule, in_words, rules_of
from annotation.alerts.words import Told
from annotation.alerts.words import in_words as alert_in_words
from annotation.pages.forms import put_errors
from annotation.projects.models import Membership, Role

SHOWN = 25
MOST_OPEN = 100
# Hours that an alert may rest.
NAPS = (1, 24, 7 * 24)


@dataclass(frozen=True, slots=True)
class Row:
    """An alert as pages show it; addresses are empty where there is nothing to look at."""

    alert: Alert
    kind: str
    told: Told
    url: str
    documents: str
    more: str

    @classmethod
    def of(cls, alert: Alert) -> "Row":
        kind = str(AlertKind(alert.kind).label)
        return cls(alert, kind, alert_in_words(alert), alert_page(alert), documents_page(alert), more_page(alert))


class RuleForm(forms.Form):
    """A kind's thresholds; a share is told in percent."""

    is_on = forms.BooleanField(required=False)

    def __init__(self, rule: Rule, data: Mapping[str, Any] | None = None) -> None:  # Any: of a request
        super().__init__(data, prefix=rule.kind, initial={"is_on": rule.is_on})
        self.rule = rule
        self.fields["is_on"].label = _("On")
        for one in rule.of.thresholds:
            self.fields[one.name] = self._field(one, rule.thresholds[one.name])

    @staticmethod
    def _field(one: Threshold, value: float) -> forms.FloatField:
        scale = 100 if one.is_share else 1
        label = _("%(title)s, in percent") % {"title": one.title} if one.is_share else str(one.title)
        step = 1 if one.is_whole or one.is_share else "any"
        widget = forms.NumberInput(attrs={"step": step, "class": "input fit"})
        low, high, initial = one.low * scale, one.high * scale, f"{value * scale:g}"
        return forms.FloatField(
            label=label, help_text=str(one.help), min_value=low, max_value=high, initial=initial, widget=widget
        )

    def thresholds(self) -> dict[str, float]:
        values = self.cleaned_data
        return {one.name: values[one.name] / (100 if one.is_share else 1) for one in self.rule.of.thresholds}


@dataclass(frozen=True, slots=True)
class RuleRow:
    rule: Rule
    title: str
    in_words: list[str]
    form: RuleForm | None

    @property
    def thresholds(self) -> list[forms.BoundField]:
        return [self.form[one.name] for one in self.rule.of.thresholds] if self.form is not None else []


@login_required
@require_safe
def alerts(request: HttpRequest, project_id: int) -> HttpResponse:
    membership = membership_for(request.user, project_id, at_least=Role.REVIEWER)
    return _page(request, membership, rules_of(project_id))


def _page(
    request: HttpRequest, membership: Membership, rules: Mapping[str, Rule], bad: RuleForm | None = None
) -> HttpResponse:
    rows = Alert.objects.filter(project_id=membership.project_id)
    going_on = [Row.of(alert) for alert in rows.going_on()[:MOST_OPEN]]
    page = Paginator(rows.filter(state=AlertState.CLOSED), SHOWN).get_page(request.GET.get("page"))
    is_manager = membership.role == Role.MANAGER
    context = {
        "membership": membership,
        "is_manager": is_manager,
        "open": [row for row in going_on if row.alert.state == AlertState.OPEN],
        "snoozed": [row for row in going_on if row.alert.state == AlertState.SNOOZED],
        "page": page,
        "closed": [Row.of(alert) for alert in page],
        "naps": _naps(),
        "rules": [_rule_row(rule, is_manager=is_manager, bad=bad) for rule in rules.values()],
    }
    return render(request, "annotation/alerts/list.html", context, status=422 if bad is not None else 200)


def _naps() -> list[tuple[int, str]]:
    words = []
    for hours in NAPS:
        if hours < 24:
            words.append((hours, ngettext("%(count)d hour", "%(count)d hours", hours) % {"count": hours}))
        else:
            days = hours // 24
            words.append((hours, ngettext("%(count)d day", "%(count)d days", days) % {"count": days}))
    return words


def _rule_row(rule: Rule, *, is_manager: bool, bad: RuleForm | None) -> RuleRow:
    form = bad if bad is not None and bad.rule.kind == rule.kind else RuleForm(rule)
    return RuleRow(rule, str(AlertKind(rule.kind).label), in_words(rule), form if is_manager else None)


def _alert(project_id: int, alert_id: int) -> Alert:
    row = Alert.objects.filter(pk=alert_id, project_id=project_id).first()
    if row is None:
        raise Http404
    return row


@login_required
@require_safe
def alert(request: HttpRequest, project_id: int, alert_id: int) -> HttpResponse:
    membership = membership_for(request.user, project_id, at_least=Role.REVIEWER)
    row = _alert(project_id, alert_id)
    rule = rules_of(project_id)[row.kind]
    context = {
        "membership": membership,
        "is_manager": membership.role == Role.MANAGER,
        "row": Row.of(row),
        "steps": row.steps.select_related("by"),
        "naps": _naps(),
        "rule": rule,
        "rule_words": in_words(rule),
        "unread": Notification.objects.filter(alert=row, user=membership.user, read_at=None, is_on_page=True).first(),
    }
    return render(request, "annotation/alerts/alert.html", context)


@login_required
@require_POST
def change_alert(request: HttpRequest, project_id: int, alert_id: int) -> HttpResponse:
    """Snooze it or close it."""
    membership_for(request.user, project_id, at_least=Role.MANAGER)
    row, user = _alert(project_id, alert_id), signed_in(request.user)
    wish, note = request.POST.get("wish", ""), request.POST.get("note", "")
    hours = request.POST.get("hours", "")
    try:
        if wish == "close":
            services.close(row, user=user, note=note)
            messages.success(request, _("Closed."))
        elif wish == "snooze" and hours in map(str, NAPS):
            until = timezone.now() + timedelta(hours=int(hours))
            services.snooze(row, user=user, until=until, note=note)
            messages.success(request, _("Snoozed. It opens again by itself."))
        else:
            messages.error(request, _("Say what to do with the alert."))
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    return redirect("alerts", project_id) if wish == "close" else redirect("alert", project_id, alert_id)


@login_required
@require_POST
def change_alert_rule(request: HttpRequest, project_id: int, kind: str) -> HttpResponse:
    membership = membership_for(request.user, project_id, at_least=Role.MANAGER)
    if kind not in RULES:
        raise Http404
    rules = rules_of(project_id)
    form = RuleForm(rules[kind], request.POST)
    if form.is_valid():
        try:
            change_rule(
                project=membership.project,
                user=membership.user,
                kind=kind,
                is_on=form.cleaned_data["is_on"],
                thresholds=form.thresholds(),
            )
        except ValidationError as error:
            put_errors(form, error)
        else:
            messages.success(request, _("Saved."))
            return redirect("alerts", project_id)
    return _page(request, membership, rules, bad=form)

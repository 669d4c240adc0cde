"""Rules between label sets, and the answers that break them."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, cast

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST

from annotation.access import membership_for
from annotation.consistency.models import ConsistencyRule, Relation
from annotation.consistency.services import Condition, add_rule, gold_against, predictions_against
from annotation.pages.forms import put_errors
from annotation.people.models import User
from annotation.projects.models import Kind, LabelSet, Project, Role

# So many documents are shown for each rule; the documents themselves lead further.
SHOWN = 10
EXCERPT_CHARS = 120
SEPARATOR = "\t"


@dataclass(frozen=True, slots=True)
class Broken:
    pk: int
    name: str
    excerpt: str


@dataclass(frozen=True, slots=True)
class RuleRow:
    rule: ConsistencyRule
    first: str
    second: str
    gold: list[Broken]
    gold_count: int
    predicted: list[Broken]
    predicted_count: int


class RuleForm(forms.Form):
    """A condition is its label set, what is asked of it and the label in one: only what makes sense can be picked."""

    first = forms.ChoiceField(label=_("If"))
    second = forms.ChoiceField(label=_("then"))

    def __init__(self, *args: Any, label_sets: list[LabelSet], **options: Any) -> None:  # Any: Django's own options
        super().__init__(*args, **options)
        self.label_sets = {str(row.pk): row for row in label_sets}
        for name in ("first", "second"):
            field = cast(forms.ChoiceField, self.fields[name])
            field.choices = [(row.title, _choices(row)) for row in label_sets]

    def condition(self, name: str) -> Condition:
        pk, test, label = self.cleaned_data[name].split(SEPARATOR)
        return Condition(self.label_sets[pk], Relation(test), label)


def _choices(label_set: LabelSet) -> list[tuple[str, str]]:
    found = []
    for test in Relation:
        names = [row.name for row in label_set.labels.all()] if test in (Relation.IS, Relation.IS_NOT) else [""]
        found += [(SEPARATOR.join([str(label_set.pk), test, name]), words(label_set, test, name)) for name in names]
    return found


def words(label_set: LabelSet, test: str, label: str) -> str:
    """A condition as people read it."""
    titles = {row.name: str(row.title) for row in label_set.labels.all()}
    parts = {"set": label_set.title, "label": titles.get(label, label)}
    if test == Relation.IS:
        return gettext("%(set)s is %(label)s") % parts
    if test == Relation.IS_NOT:
        return gettext("%(set)s is not %(label)s") % parts
    if test == Relation.ANY:
        return gettext("%(set)s has a label") % parts
    return gettext("%(set)s has no label") % parts


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def consistency(request: HttpRequest, project_id: int) -> HttpResponse:
    at_least = Role.MANAGER if request.method == "POST" else Role.REVIEWER
    membership = membership_for(request.user, project_id, at_least=at_least)
    project = membership.project
    label_sets = list(LabelSet.objects.filter(project=project).exclude(kind=Kind.TEXT).prefetch_related("labels"))
    form = RuleForm(request.POST or None, label_sets=label_sets)
    if request.method == "POST" and form.is_valid():
        try:
            user = cast(User, request.user)
            add_rule(project=project, user=user, first=form.condition("first"), second=form.condition("second"))
        except ValidationError as error:
            put_errors(form, error)
        else:
            messages.success(request, gettext("The rule is kept."))
            return redirect("consistency", project_id)
    context = {
        "membership": membership,
        "is_manager": membership.role == Role.MANAGER,
        "form": form,
        "rules": _rows(project, {row.pk: row for row in label_sets}),
    }
    return render(request, "annotation/pages/consistency.html", context, status=422 if form.errors else 200)


def _rows(project: Project, label_sets: dict[int, LabelSet]) -> list[RuleRow]:
    """Four statements a rule: what breaks it is found by the database."""
    rules = ConsistencyRule.objects.filter(project=project)
    return [_row(rule, project, label_sets) for rule in rules if rule.if_label_set_id in label_sets]


def _row(rule: ConsistencyRule, project: Project, label_sets: dict[int, LabelSet]) -> RuleRow:
    rule.if_label_set, rule.then_label_set = label_sets[rule.if_label_set_id], label_sets[rule.then_label_set_id]
    gold, predicted = gold_against(rule), predictions_against(rule, project.production_version)
    return RuleRow(
        rule=rule,
        first=words(rule.if_label_set, rule.if_test, rule.if_label),
        second=words(rule.then_label_set, rule.then_test, rule.then_label),
        gold=_shown(gold[:SHOWN]),
        gold_count=gold.count(),
        predicted=_shown(predicted[:SHOWN]),
        predicted_count=predicted.count(),
    )


def _shown(rows: Iterable[Any]) -> list[Broken]:  # Any: gold or predictions
    return [Broken(row.document_id, str(row.document), row.document.text[:EXCERPT_CHARS]) for row in rows]


@login_required
@require_POST
def remove_rule(request: HttpRequest, project_id: int, rule_id: int) -> HttpResponse:
    membership_for(request.user, project_id, at_least=Role.MANAGER)
    rule = ConsistencyRule.objects.filter(pk=rule_id, project=project_id).first()
    if rule is None:
        raise Http404
    rule.delete()
    messages.success(request, gettext("The rule is removed."))
    return redirect("consistency", project_id)

"""Named sets of hidden gold: what is in them, and how right people's answers to them are over time."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods

from annotation.access import membership_for, signed_in
from annotation.documents.filters import DocumentFilter
from annotation.finding.applying import found_documents
from annotation.practice.decay import BELOW_OWN
from annotation.practice.gold_sets import (
    MOST_OF_SET,
    Answered,
    add_to_set,
    answers_to,
    change_gold_set,
    create_gold_set,
    decays_of,
    gold_sets_of,
    remove_from_set,
    retire_gold_set,
)
from annotation.practice.models import GoldSet, PracticeItem
from annotation.projects.models import Kind, LabelSet, Membership, Project, Role
from annotation.quality.agreement import wilson
from modelops.reports.drawing import Point, Series, line_chart

PAGE_SIZE = 50
# The newest weeks that are drawn.
MOST_WEEKS = 26


class GoldSetForm(forms.Form):
    """The share is asked in percent and kept from 0 to 1."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=100)
    share = forms.FloatField(
        label=gettext_lazy("Hidden share, in %"),
        min_value=0,
        max_value=50,
        initial=2,
        help_text=gettext_lazy("So many of the lent documents are of this set."),
    )


class FillForm(forms.Form):
    q = forms.CharField(label=gettext_lazy("Words of the text"), required=False, max_length=200)
    label = forms.ChoiceField(label=gettext_lazy("Label in gold"), required=False)
    language = forms.CharField(label=gettext_lazy("Language"), required=False, max_length=20)
    count = forms.IntegerField(label=gettext_lazy("How many"), min_value=1, max_value=MOST_OF_SET, initial=50)

    def __init__(self, *args: Any, project: Project, **options: Any) -> None:  # Any: Django's own options
        super().__init__(*args, **options)
        label_sets = LabelSet.objects.filter(project=project).exclude(kind=Kind.TEXT).prefetch_related("labels")
        labels = {label.name: label.title for row in label_sets for label in row.labels.all()}
        self.fields["label"].choices = [("", _("Every label")), *labels.items()]  # type: ignore[attr-defined]  # a choice


@dataclass(frozen=True, slots=True)
class Week:
    monday: date
    answers: int
    right: int

    @property
    def point(self) -> Point:
        return (
            Point(self.right / self.answers, *wilson(self.right, self.answers)) if self.answers else Point(float("nan"))
        )


@dataclass(frozen=True, slots=True)
class PersonRow:
    """`weeks`: those with answers, oldest first."""

    name: str
    answers: int
    right: int
    low: float
    high: float
    chart: SafeString
    weeks: Sequence[Week]

    @property
    def share(self) -> float:
        return self.right / self.answers


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def gold_sets(request: HttpRequest, project_id: int) -> HttpResponse:
    membership = membership_for(request.user, project_id, at_least=Role.MANAGER)
    project = membership.project
    form = GoldSetForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = create_gold_set(
                project=project,
                user=signed_in(request.user),
                name=form.cleaned_data["name"],
                share=form.cleaned_data["share"] / 100,
            )
        except ValidationError as error:
            _put_errors(form, error)
        else:
            return redirect("gold_set", project_id, made.pk)
    names = _names(project)
    context = {
        "membership": membership,
        "project": project,
        "form": form,
        "sets": gold_sets_of(project),
        "decays": [(one, names.get(one.user, ""), one.kind == BELOW_OWN) for one in decays_of(project)],
        "hidden_share": project.hidden_gold_share + sum(project.gold_set_shares.values()),
    }
    return render(request, "modelops/pages/gold_sets.html", context, status=422 if form.errors else 200)


def _put_errors(form: forms.Form, error: ValidationError) -> None:
    for name, problems in (error.error_dict if hasattr(error, "error_dict") else {"": error.error_list}).items():
        form.add_error(name if name in form.fields else None, problems)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def gold_set(request: HttpRequest, project_id: int, gold_set_id: int) -> HttpResponse:
    membership = membership_for(request.user, project_id, at_least=Role.MANAGER)
    row = get_object_or_404(GoldSet.objects.select_related("project"), pk=gold_set_id, project=project_id)
    initial = {"name": row.name, "share": round(100 * row.share, 2)}
    form, fill = GoldSetForm(initial=initial), FillForm(project=row.project)
    if request.method == "POST":
        verb = request.POST.get("verb", "")
        form = GoldSetForm(request.POST) if verb == "save" else form
        fill = FillForm(request.POST, project=row.project) if verb == "add" else fill
        if _is_done(request, row, form, fill):
            return redirect("gold_set", project_id, row.pk)
    items = PracticeItem.objects.filter(gold_set=row, is_active=True).select_related("document").order_by("pk")
    context = {
        "membership": membership,
        "project": row.project,
        "gold_set": row,
        "form": form,
        "fill": fill,
        "page": Paginator(items, PAGE_SIZE).get_page(request.GET.get("page")),
        "people": _people(row.project, answers_to(row)),
    }
    status = 422 if form.errors or fill.errors else 200
    return render(request, "modelops/pages/gold_set.html", context, status=status)


def _is_done(request: HttpRequest, row: GoldSet, form: GoldSetForm, fill: FillForm) -> bool:
    """Carry out what the pressed button says; False where a form has errors."""
    verb = request.POST.get("verb", "")
    try:
        if verb == "save":
            return _save(request, row, form)
        if verb == "add":
            return _fill(request, row, fill)
        if verb in ("retire", "restore"):
            retire_gold_set(gold_set=row, is_retired=verb == "retire")
            is_retired = verb == "retire"
            messages.success(request, _("The set is lent no more.") if is_retired else _("The set is lent again."))
        elif verb.startswith("remove:") and verb[7:].isdecimal() and len(verb) < 25:
            remove_from_set(gold_set=row, document_ids=[int(verb[7:])])
            messages.success(request, _("The document is taken out. What people answered stays."))
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    return True


def _save(request: HttpRequest, row: GoldSet, form: GoldSetForm) -> bool:
    if not form.is_valid():
        return False
    try:
        change_gold_set(gold_set=row, name=form.cleaned_data["name"], share=form.cleaned_data["share"] / 100)
    except ValidationError as error:
        _put_errors(form, error)
        return False
    messages.success(request, _("Saved."))
    return True


def _fill(request: HttpRequest, row: GoldSet, fill: FillForm) -> bool:
    """Documents with gold that the filter finds, drawn by chance; those of another set stay there."""
    if not fill.is_valid():
        return False
    given, user = fill.cleaned_data, signed_in(request.user)
    asked = DocumentFilter(q=given["q"], label=given["label"], language=given["language"])
    found = found_documents(row.project, user, asked).filter(gold__isnull=False)
    free = found.exclude(practice_item__is_active=True).order_by("?").values_list("pk", flat=True)[: given["count"]]
    number = add_to_set(gold_set=row, user=user, document_ids=list(free))
    if number:
        text = ngettext("%(count)d document is added.", "%(count)d documents are added.", number)
        messages.success(request, text % {"count": number})
    else:
        messages.warning(request, _("No further document with gold fits."))
    return True


def _names(project: Project) -> dict[int, str]:
    return dict(Membership.objects.filter(project=project).values_list("user_id", "user__username"))


def _people(project: Project, answers: Sequence[Answered]) -> list[PersonRow]:
    names = _names(project)
    by_user: dict[int, list[Answered]] = defaultdict(list)
    for one in answers:
        by_user[one.user].append(one)
    rows = [_person(names.get(user, f"#{user}"), given) for user, given in by_user.items()]
    return sorted(rows, key=lambda row: row.name)


def _person(name: str, given: Sequence[Answered]) -> PersonRow:
    right = sum(one.is_right for one in given)
    low, high = wilson(right, len(given))
    weeks = weeks_of(given)
    ticks = [f"{week.monday:%m-%d}" for week in weeks]
    chart = line_chart(name, ticks, [Series(name, [week.point for week in weeks])], is_share=True)
    return PersonRow(name, len(given), right, low, high, chart, weeks)


def weeks_of(given: Sequence[Answered]) -> list[Week]:
    """The newest weeks, from Monday on (UTC), that have answers."""
    found: dict[date, list[bool]] = defaultdict(list)
    for one in given:
        day = one.at.date()
        found[day - timedelta(days=day.weekday())].append(one.is_right)
    return [Week(monday, len(right), sum(right)) for monday, right in sorted(found.items())][-MOST_WEEKS:]

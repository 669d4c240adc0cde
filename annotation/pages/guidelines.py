"""The guidelines of a project: read by all, edited by managers, with every version and what changed between two."""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from annotation.access import membership_for, project_for, signed_in
from annotation.discussions.models import Discussion
from annotation.pages.forms import put_errors
from annotation.people.models import User
from annotation.projects.guideline_changes import compare
from annotation.projects.guideline_layout import Group, layout
from annotation.projects.guidelines import MAX_NOTE_CHARS, mark_seen, reading_of
from annotation.projects.models import GuidelinesVersion, Project, Role
from annotation.projects.services import update_settings

SHOWN = 100


@dataclass(frozen=True, slots=True)
class ShownGuidelines:
    """The newest guidelines for one person, with what changed since they last looked."""

    number: int
    is_changed: bool
    groups: list[Group]


def guidelines_for(project: Project, user: User) -> ShownGuidelines:
    reading = reading_of(project, user.pk)
    return ShownGuidelines(reading.number, reading.is_changed, layout(reading.lines))


class GuidelinesForm(forms.Form):
    guidelines = forms.CharField(
        label=gettext_lazy("Guidelines"),
        required=False,
        strip=False,
        help_text=gettext_lazy(
            "Plain text. An empty line ends a block, its first line is the title, and lines with “- ” are points."
        ),
        widget=forms.Textarea(attrs={"rows": 14}),
    )
    guidelines_zh = forms.CharField(
        label=gettext_lazy("Guidelines in Chinese"),
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 14, "lang": "zh-hans"}),
    )
    note = forms.CharField(
        label=gettext_lazy("What changes, and why"),
        required=False,
        max_length=MAX_NOTE_CHARS,
        help_text=gettext_lazy("Stands in the history."),
    )
    based_on = forms.IntegerField(widget=forms.HiddenInput, min_value=0)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def guidelines_page(request: HttpRequest, project_id: int) -> HttpResponse:
    at_least = Role.MANAGER if request.method == "POST" else Role.ANNOTATOR
    membership = membership_for(request.user, project_id, at_least=at_least)
    project = membership.project
    versions = list(_versions(project))
    newest = versions[0].number if versions else 0
    initial = {"guidelines": project.guidelines, "guidelines_zh": project.guidelines_zh, "based_on": newest}
    form = GuidelinesForm(_plain(request) if request.method == "POST" else None, initial=initial)
    preview: list[Group] = []
    if request.method == "POST" and form.is_valid():
        if "preview" in request.POST:
            preview = _preview(project, form)
        elif _save(project, signed_in(request.user), form, newest):
            messages.success(request, _("The guidelines are saved. Everybody sees what changed."))
            return redirect("guidelines", project_id)
    context = {
        "membership": membership,
        "project": project,
        "is_manager": membership.role == Role.MANAGER,
        "form": form,
        "preview": preview,
        "versions": versions,
        "history": _history(project, versions),
        "shown": guidelines_for(project, signed_in(request.user)),
        **_comparison(request, versions),
    }
    return render(request, "annotation/pages/guidelines.html", context, status=422 if form.errors else 200)


def _versions(project: Project) -> list[GuidelinesVersion]:
    """The texts of one or two are shown; the list itself needs none."""
    rows = GuidelinesVersion.objects.filter(project=project).select_related("created_by")
    return list(rows.defer("text", "text_zh")[:SHOWN])


def _history(project: Project, versions: list[GuidelinesVersion]) -> list[tuple[GuidelinesVersion, list[Discussion]]]:
    """Each version with the discussions that ended in it."""
    ended: dict[int, list[Discussion]] = {}
    for row in Discussion.objects.filter(project=project, guidelines_version__isnull=False).order_by("pk"):
        ended.setdefault(row.guidelines_version_id or 0, []).append(row)
    return [(version, ended.get(version.pk, [])) for version in versions]


def _plain(request: HttpRequest) -> Any:  # Any: Django's QueryDict
    """A browser sends CRLF; guidelines keep one form of line end, so that only real changes count."""
    data = request.POST.copy()
    for name in ("guidelines", "guidelines_zh"):
        data[name] = data.get(name, "").replace("\r\n", "\n")
    return data


def _preview(project: Project, form: GuidelinesForm) -> list[Group]:
    in_chinese = (get_language() or "").startswith("zh")
    name, other = ("guidelines_zh", "guidelines") if in_chinese else ("guidelines", "guidelines_zh")
    text = form.cleaned_data[name] or form.cleaned_data[other]
    return layout(compare(project.guidelines_here, text))


def _save(project: Project, user: User, form: GuidelinesForm, newest: int) -> bool:
    given = form.cleaned_data
    if given["based_on"] != newest:
        form.add_error(None, _("Somebody else changed the guidelines meanwhile. Compare, then save again."))
        form.data = {**dict(form.data.items()), "based_on": newest}
        return False
    changes = {"guidelines": given["guidelines"], "guidelines_zh": given["guidelines_zh"]}
    try:
        update_settings(project=project, user=user, changes=changes, note=given["note"])
    except ValidationError as error:
        put_errors(form, error)
        return False
    return True


def _comparison(request: HttpRequest, versions: list[GuidelinesVersion]) -> dict[str, Any]:  # Any: for the template
    """What changed from one chosen version to another; by default nothing is compared."""
    numbers = [request.GET.get(name, "") for name in ("from", "to")]
    chosen = {version.number: version for version in versions}
    pair = [chosen.get(int(number)) if number.isdecimal() and len(number) < 9 else None for number in numbers]
    before, after = pair
    if before is None or after is None:
        return {}
    groups = layout(compare(before.text_here, after.text_here))
    is_same = all(line.change == "same" for group in groups for line in group.lines)
    return {"before": before, "after": after, "compared": groups, "is_same": is_same}


@login_required
@require_safe
def guidelines_panel(request: HttpRequest, project_id: int) -> HttpResponse:
    """The text alone, for an annotation screen whose guidelines changed while it was open."""
    project = project_for(request.user, project_id)
    shown = guidelines_for(project, signed_in(request.user))
    return render(request, "annotation/queue/_desk_guidelines_text.html", {"guidelines": shown})


@login_required
@require_POST
def guidelines_seen(request: HttpRequest, project_id: int) -> HttpResponse:
    project: Project = project_for(request.user, project_id)
    number = request.POST.get("number", "")
    if not number.isdecimal() or len(number) > 9:
        raise Http404
    try:
        mark_seen(project=project, user=signed_in(request.user), number=int(number))
    except ValidationError as error:
        raise Http404 from error
    return redirect("guidelines", project_id)

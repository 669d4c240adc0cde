from dataclasses import dataclass
from typing import Any, cast

from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.views.decorators.http import require_http_methods, require_safe

from annotation.pages.forms import NewProjectForm, put_errors
from annotation.people.models import User
from annotation.projects.models import Kind, title_here
from annotation.projects.project_templates import TEMPLATES
from annotation.projects.ready.template import ProjectTemplate
from annotation.projects.services import create_project


@dataclass(frozen=True, slots=True)
class Preview:
    """A label set of a template as a reader sees it."""

    title: str
    kind: str
    labels: list[tuple[str, str]]


def preview_of(template: ProjectTemplate) -> list[Preview]:
    return [
        Preview(
            title_here(item["titles"], item["name"]),
            str(Kind(item["kind"]).label),
            [(title_here(label["titles"], label["name"]), label["definition"]) for label in item["labels"]],
        )
        for item in template.label_sets
    ]


@login_required
@require_safe
def choose_template(request: HttpRequest) -> HttpResponse:
    cards = [(template, preview_of(template)) for template in TEMPLATES.values()]
    return render(request, "annotation/pages/new_project.html", {"cards": cards})


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def new_from_template(request: HttpRequest, template: str) -> HttpResponse:
    ready = TEMPLATES.get(template)
    if ready is None:
        raise Http404("No such template.")
    form = NewProjectForm(request.POST or None, initial={"name": ready.title})
    if request.method == "POST" and form.is_valid():
        try:
            project = create_project(user=cast(User, request.user), name=form.cleaned_data["name"], template=template)
        except ValidationError as error:
            put_errors(form, error)
        else:
            return redirect("project", project.pk)
    in_chinese = (get_language() or "").startswith("zh")
    context: dict[str, Any] = {  # Any: a template's context
        "form": form,
        "template": ready,
        "preview": preview_of(ready),
        "guidelines": ready.guidelines["zh-hans" if in_chinese else "en"],
    }
    return render(request, "annotation/pages/new_from_template.html", context, status=422 if form.errors else 200)

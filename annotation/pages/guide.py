"""What leads a newcomer: the first page and the sample texts."""

from typing import cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from annotation.access import project_for
from annotation.imports.models import ImportState
from annotation.pages.sample import has_sample, import_sample
from annotation.pages.steps import first_steps
from annotation.people.models import User
from annotation.projects.models import Role


@login_required
@require_safe
def start(request: HttpRequest) -> HttpResponse:
    return render(request, "annotation/pages/start.html", {"steps": first_steps()})


@login_required
@require_POST
def add_sample(request: HttpRequest, project_id: int) -> HttpResponse:
    project = project_for(request.user, project_id, at_least=Role.MANAGER)
    if not has_sample(project):
        messages.error(request, _("There are no sample texts for this kind of project."))
        return redirect("project", project_id)
    row = import_sample(project=project, user=cast(User, request.user))
    if row.state == ImportState.SUCCEEDED:
        text = _("%(count)d sample texts are in. Half of them carry an answer already.")
        messages.success(request, text % {"count": row.imported})
    else:
        messages.error(request, row.error or _("The sample texts could not be imported."))
    return redirect("project", project_id)

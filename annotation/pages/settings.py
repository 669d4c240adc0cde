from typing import cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from annotation.access import membership_for
from annotation.pages.forms import SettingsForm, put_errors
from annotation.people.models import User
from annotation.projects.models import Role
from annotation.projects.services import delete_project, update_settings


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def project_settings(request: HttpRequest, project_id: int) -> HttpResponse:
    membership = membership_for(request.user, project_id, at_least=Role.MANAGER)
    form = SettingsForm(request.POST or None, instance=membership.project)
    if request.method == "POST" and form.is_valid():
        try:
            update_settings(project=membership.project, user=cast(User, request.user), changes=form.changes())
        except ValidationError as error:
            put_errors(form, error)
        else:
            messages.success(request, _("Saved."))
            return redirect("project_settings", project_id)
    if form.errors:
        # The form wrote its values on the row it was given: the heading must show the saved name.
        membership.project.refresh_from_db()
    context = {"membership": membership, "project": membership.project, "form": form}
    return render(request, "annotation/pages/settings.html", context, status=422 if form.errors else 200)


@login_required
@require_POST
def delete(request: HttpRequest, project_id: int) -> HttpResponse:
    project = membership_for(request.user, project_id, at_least=Role.MANAGER).project
    if request.POST.get("name", "").strip() != project.name:
        messages.error(request, _("Type the project's name exactly to delete it."))
        return redirect("project_settings", project_id)
    try:
        delete_project(project=project)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return redirect("project_settings", project_id)
    messages.success(request, _("The project is deleted."))
    return redirect("projects")

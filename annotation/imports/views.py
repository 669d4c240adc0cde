from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from annotation.access import membership_for
from annotation.answers.label_sets import rules_for
from annotation.events.addresses import live_url
from annotation.imports import job, services
from annotation.imports.forms import ImportForm
from annotation.imports.models import Import
from annotation.imports.readers.shapes import FileError
from annotation.imports.samples import samples_for
from annotation.imports.services import Upload
from annotation.projects.models import Membership, Role

SHOWN = 50


@login_required
def new_import(request: HttpRequest, project_id: int) -> HttpResponse:
    """The form, example rows in the project's own labels, and the imports so far."""
    membership = membership_for(request.user, project_id, at_least=Role.MANAGER)
    form = ImportForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            row = _start(form, membership)
        except FileError as error:
            form.add_error("file", str(error))
        else:
            return redirect("import", project_id=project_id, import_id=row.pk)
    rules = rules_for(project_id)
    roles = sorted({rule.part_role for rule in rules if rule.part_role})
    context = {
        "membership": membership,
        "form": form,
        "samples": samples_for(rules, roles),
        "imports": Import.objects.filter(project_id=project_id)[:SHOWN],
    }
    return render(request, "annotation/imports/new.html", context, status=422 if form.errors else 200)


def _start(form: ImportForm, membership: Membership) -> Import:
    file = form.cleaned_data["file"]
    row = services.request_import(
        project=membership.project,
        user=membership.user,
        upload=Upload(file.name, form.format, file.chunks()),
        options=form.options,
    )
    if services.waits_for_its_request(row):
        job.run_now(row.pk)
    return row


@login_required
@require_safe
def show_import(request: HttpRequest, project_id: int, import_id: int) -> HttpResponse:
    """Progress while it runs, then what came of it."""
    membership = membership_for(request.user, project_id)
    context = {
        "membership": membership,
        "import": get_object_or_404(Import, pk=import_id, project_id=project_id),
        "is_manager": membership.role == Role.MANAGER,
        "live_address": live_url(project_id, host=request.get_host(), is_secure=request.is_secure()),
    }
    return render(request, "annotation/imports/import.html", context)


@login_required
@require_POST
def cancel_import(request: HttpRequest, project_id: int, import_id: int) -> HttpResponse:
    membership_for(request.user, project_id, at_least=Role.MANAGER)
    try:
        services.cancel(row=get_object_or_404(Import, pk=import_id, project_id=project_id))
    except ValidationError as error:
        messages.warning(request, error.messages[0])
    return redirect("import", project_id=project_id, import_id=import_id)

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from annotation.access import membership_for
from annotation.answers.label_sets import rules_for
from annotation.events.addresses import live_url
from annotation.imports import job, services
from annotation.imports.forms import ImportForm, OptionsForm
from annotation.imports.mapping_form import fields_of, posted_mapping
from annotation.imports.models import Import, ImportState
from annotation.imports.options import ImportOptions
from annotation.imports.previewing import preview
from annotation.imports.readers.shapes import FileError
from annotation.imports.samples import samples_for
from annotation.imports.services import Upload
from annotation.projects.models import Membership, Role

SHOWN = 50
PROBLEMS_SHOWN = 50
Errors = dict[str, list[str]]


@login_required
def new_import(request: HttpRequest, project_id: int) -> HttpResponse:
    """The form, example rows in the project's own labels, and the imports so far."""
    membership = membership_for(request.user, project_id, at_least=Role.MANAGER)
    form = ImportForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            row = _start(form, membership, is_preview="preview" in request.POST)
        except FileError as error:
            form.add_error("file", str(error))
        else:
            name = "import-preview" if row.state == ImportState.PREVIEW else "import"
            return redirect(name, project_id=project_id, import_id=row.pk)
    rules = rules_for(project_id)
    roles = sorted({rule.part_role for rule in rules if rule.part_role})
    context = {
        "membership": membership,
        "form": form,
        "samples": samples_for(rules, roles),
        "imports": Import.objects.filter(project_id=project_id)[:SHOWN],
    }
    return render(request, "annotation/imports/new.html", context, status=422 if form.errors else 200)


def _start(form: ImportForm, membership: Membership, *, is_preview: bool) -> Import:
    file = form.cleaned_data["file"]
    ask = services.request_preview if is_preview else services.request_import
    row = ask(
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
    row = get_object_or_404(Import, pk=import_id, project_id=project_id)
    if row.state == ImportState.PREVIEW and membership.role == Role.MANAGER:
        return redirect("import-preview", project_id=project_id, import_id=import_id)
    context = {
        "membership": membership,
        "import": row,
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


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def preview_import(request: HttpRequest, project_id: int, import_id: int) -> HttpResponse:
    membership = membership_for(request.user, project_id, at_least=Role.MANAGER)
    row = get_object_or_404(Import.objects.select_related("project"), pk=import_id, project_id=project_id)
    if row.state != ImportState.PREVIEW:
        return redirect("import", project_id=project_id, import_id=import_id)
    if request.method == "POST":
        form = OptionsForm(request.POST)
        mapping = posted_mapping(request.POST)
        errors = _carry_out(row, form, mapping, is_start="start" in request.POST)
        if not errors and not form.errors:
            return redirect("import" if "start" in request.POST else "import-preview", project_id, import_id)
        return _page(request, membership, row, form, mapping, errors)
    return _page(request, membership, row, OptionsForm(initial=OptionsForm.initial_of(row.options)), None, {})


def _carry_out(row: Import, form: OptionsForm, mapping: dict[str, str], *, is_start: bool) -> Errors:
    """Save the options, begin where asked to, and say by column what is wrong with the mapping."""
    if not form.is_valid():
        return {}
    try:
        given = {**form.cleaned_data, "people": form.options.people}
        options = ImportOptions.of(given | {"mapping": {} if form.options.dialect else mapping})
        change = services.start if is_start else services.change_preview
        row = change(row=row, options=options)
    except ValidationError as error:
        return _by_column(error)
    if is_start and services.waits_for_its_request(row):
        job.run_now(row.pk)
    return {}


def _by_column(error: ValidationError) -> Errors:
    if not hasattr(error, "error_dict"):
        return {"": error.messages}
    return {name.removeprefix("mapping."): list(found) for name, found in error.message_dict.items()}


def _page(
    request: HttpRequest,
    membership: Membership,
    row: Import,
    form: OptionsForm,
    mapping: dict[str, str] | None,
    errors: Errors,
) -> HttpResponse:
    found = preview(row)
    shown = found.mapping.as_json() if mapping is None else mapping
    by_column: dict[str, Any] = {name: errors[name[:60]] for name in found.columns if name[:60] in errors}
    context = {
        "membership": membership,
        "import": row,
        "form": form,
        "preview": found,
        "problems": found.problems[:PROBLEMS_SHOWN],
        "fields": list(fields_of(found.examples, shown, rules_for(row.project_id), by_column)),
        "errors": [message for name, said in errors.items() if name not in by_column for message in said],
        "has_mapping": bool(found.columns) and not row.options["dialect"],
    }
    status = 422 if errors or form.errors else 200
    return render(request, "annotation/imports/preview.html", context, status=status)


@login_required
@require_POST
def discard_import(request: HttpRequest, project_id: int, import_id: int) -> HttpResponse:
    membership_for(request.user, project_id, at_least=Role.MANAGER)
    try:
        services.discard(row=get_object_or_404(Import, pk=import_id, project_id=project_id))
    except ValidationError as error:
        messages.warning(request, error.messages[0])
        return redirect("import", project_id=project_id, import_id=import_id)
    return redirect("import-new", project_id=project_id)

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from annotation.access import membership_for
from annotation.pages.forms import MemberForm, ReviewShareForm, RoleForm, put_errors
from annotation.projects.models import Membership, ReviewPolicy, Role
from annotation.projects.services import add_member, change_role, remove_member, set_review_share


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def member_list(request: HttpRequest, project_id: int) -> HttpResponse:
    membership = membership_for(request.user, project_id, at_least=Role.MANAGER)
    form = MemberForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = add_member(
                project=membership.project,
                username=form.cleaned_data["username"],
                role=Role(form.cleaned_data["role"]),
            )
        except ValidationError as error:
            put_errors(form, error)
        else:
            messages.success(request, _("%(name)s is in this project now.") % {"name": made.user.username})
            return redirect("members", project_id)
    rows = Membership.objects.filter(project_id=project_id).select_related("user").order_by("user__username")
    project = membership.project
    context = {
        "membership": membership,
        "members": [(row, _percent(row.review_share)) for row in rows],
        "form": form,
        "roles": Role.choices,
        "is_sampled": project.review == ReviewPolicy.SAMPLE,
        "usual_share": _percent(project.review_share),
    }
    return render(request, "annotation/pages/members.html", context, status=422 if form.errors else 200)


@login_required
@require_POST
def change_member(request: HttpRequest, project_id: int, membership_id: int) -> HttpResponse:
    project = membership_for(request.user, project_id, at_least=Role.MANAGER).project
    row = get_object_or_404(Membership, pk=membership_id, project=project)
    form = RoleForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("There is no such role."))
        return redirect("members", project_id)
    try:
        change_role(membership=row, role=Role(form.cleaned_data["role"]))
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, _("The role is changed."))
    return redirect("members", project_id)


def _percent(share: float | None) -> str:
    return "" if share is None else f"{100 * share:g}"


@login_required
@require_POST
def change_review_share(request: HttpRequest, project_id: int, membership_id: int) -> HttpResponse:
    project = membership_for(request.user, project_id, at_least=Role.MANAGER).project
    row = get_object_or_404(Membership.objects.select_related("user"), pk=membership_id, project=project)
    form = ReviewShareForm(request.POST)
    if form.is_valid():
        share = form.cleaned_data["share"]
        set_review_share(membership=row, share=None if share is None else share / 100)
        messages.success(request, _("The share to review of %(name)s is changed.") % {"name": row.user.username})
    else:
        messages.error(request, _("A share is a number from 0 to 100, or empty for that of the project."))
    return redirect("members", project_id)


@login_required
@require_POST
def remove(request: HttpRequest, project_id: int, membership_id: int) -> HttpResponse:
    membership = membership_for(request.user, project_id, at_least=Role.MANAGER)
    row = get_object_or_404(Membership, pk=membership_id, project=membership.project)
    try:
        remove_member(membership=row)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return redirect("members", project_id)
    if row.user_id == request.user.pk:
        return redirect("projects")
    messages.success(request, _("The person is no longer in this project. What they annotated stays."))
    return redirect("members", project_id)

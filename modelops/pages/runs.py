"""One run: how it stands, what it learned with, what came out."""

from collections.abc import Callable
from functools import partial

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from annotation.access import membership_for
from annotation.events.addresses import live_url
from annotation.people.models import User
from annotation.projects.models import Role
from modelops.evaluation.options import option_words
from modelops.evaluation.words import figure_words, reason_words, verdict_words
from modelops.pages.charts import loss_curve
from modelops.pages.figures import arguments_of, label_sets_of, stage_words, titles_of
from modelops.training.models import Run
from modelops.training.services import ACTIVE, AlreadyActive, NotActive, cancel_run, request_run


def _run_of(project_id: int, run_id: int) -> Run:
    run = Run.objects.select_related("version", "created_by").filter(pk=run_id, project_id=project_id).first()
    if run is None:
        raise Http404
    return run


@login_required
@require_safe
def run_page(request: HttpRequest, project_id: int, run_id: int) -> HttpResponse:
    membership = membership_for(request.user, project_id)
    run = _run_of(project_id, run_id)
    comparison = run.version.comparison if run.version else {}
    titles = titles_of(project_id)
    context = {
        "membership": membership,
        "is_manager": membership.role == Role.MANAGER,
        "run": run,
        "is_active": run.state in ACTIVE,
        "stage": stage_words(run.stage),
        "curve": loss_curve(run.metrics.get("losses", [])),
        "figures": label_sets_of(run.metrics, titles),
        "arguments": arguments_of(run.arguments),
        "options": option_words(run.metrics),
        "verdict": verdict_words(comparison),
        "reasons": [*figure_words(comparison, titles), *reason_words(comparison, titles)],
        "live": live_url(project_id, host=request.get_host(), is_secure=request.is_secure()),
    }
    return render(request, "modelops/pages/run.html", context)


def started_by(user: User) -> str:
    """The reason of a run for which nobody gave another."""
    return _("Started by %(name)s.") % {"name": user.get_username()}


@login_required
@require_POST
def start_run(request: HttpRequest, project_id: int) -> HttpResponse:
    membership = membership_for(request.user, project_id, at_least=Role.MANAGER)
    reason = started_by(membership.user)
    ask = partial(request_run, project=membership.project, user=membership.user, arguments={}, reason=reason)
    return begun(request, project_id, ask, otherwise="models")


def begun(request: HttpRequest, project_id: int, ask: Callable[[], Run], *, otherwise: str) -> HttpResponse:
    """The page of the run that is asked for, or the page `otherwise` with the words why there is none."""
    try:
        run = ask()
    except AlreadyActive as error:
        messages.warning(request, str(error))
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        return redirect("run", project_id, run.pk)
    return redirect(otherwise, project_id)


@login_required
@require_POST
def stop_run(request: HttpRequest, project_id: int, run_id: int) -> HttpResponse:
    membership_for(request.user, project_id, at_least=Role.MANAGER)
    try:
        cancel_run(_run_of(project_id, run_id))
    except NotActive as error:
        messages.warning(request, str(error))
    return redirect("run", project_id, run_id)

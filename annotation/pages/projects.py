from django.contrib.auth.decorators import login_required
from django.db.models import F
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from annotation.access import membership_for, projects_of
from annotation.documents.counts import documents_by_state, open_documents
from annotation.documents.models import State
from annotation.events.models import Event
from annotation.imports.models import Import
from annotation.pages.sample import has_sample
from annotation.pages.steps import first_steps, steps_of
from annotation.projects.models import Role
from annotation.queue.models import Assignment, AssignmentState
from annotation.queue.services import count_open

# How far back the home page looks for news of the model, so that its cost does not grow with the project.
RECENT_EVENTS = 5_000


@login_required
@require_safe
def project_list(request: HttpRequest) -> HttpResponse:
    rows = projects_of(request.user).annotate(role=F("memberships__role")).order_by("-id")[:200]
    projects = list(rows)
    open_by_project = open_documents(project.pk for project in projects)
    cards = [(project, Role(project.role).label, open_by_project.get(project.pk, 0)) for project in projects]
    return render(request, "annotation/pages/projects.html", {"cards": cards, "steps": first_steps()})


@login_required
@require_safe
def project_home(request: HttpRequest, project_id: int) -> HttpResponse:
    membership = membership_for(request.user, project_id)
    project = membership.project
    counts = documents_by_state(project_id)
    total = sum(counts.values())
    has_answers = Assignment.objects.filter(project=project, state=AssignmentState.DONE).exists()
    steps = steps_of(project, membership.role, has_documents=bool(total), has_answers=has_answers)
    context = {
        "membership": membership,
        "project": project,
        "counts": [(state.label, state.value, counts.get(state, 0)) for state in State],
        "total": total,
        "open": count_open(project_id),
        "label_sets": project.label_sets.prefetch_related("labels"),
        "steps": steps,
        "is_on_the_way": any(not step.is_done for step in steps),
        "imports": Import.objects.filter(project=project)[:5] if membership.role == Role.MANAGER else (),
        **_model_news(project_id),
        "is_manager": membership.role == Role.MANAGER,
        "has_sample": has_sample(project),
    }
    return render(request, "annotation/pages/project.html", context)


def _model_news(project_id: int) -> dict[str, object]:
    """The run in progress and the last promotion, as events told them: the models' tables are another package's."""
    recent = Event.objects.filter(project_id=project_id).order_by("-id")[:RECENT_EVENTS].values("id")
    run = Event.objects.filter(pk__in=recent, type="run.progress").order_by("-id").first()
    promoted = Event.objects.filter(pk__in=recent, type="version.promoted").order_by("-id").first()
    is_running = run is not None and run.payload.get("state") in ("queued", "running")
    return {
        "run": run.payload if run and is_running else None,
        "percent": round(100 * float(run.payload.get("progress") or 0)) if run else 0,
        "promoted_at": promoted.at if promoted else None,
    }

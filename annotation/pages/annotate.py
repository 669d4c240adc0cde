"""The annotation screen: the data it starts with. Documents come over the API."""

from statistics import median
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_safe

from annotation.access import membership_for, signed_in
from annotation.annotations.models import Annotation, Status
from annotation.documents.counts import done_and_open
from annotation.events.addresses import live_url
from annotation.events.models import Event
from annotation.events.presence import present_people
from annotation.pages.guidelines import guidelines_for
from annotation.people.models import User
from annotation.practice.hidden import last_feedback
from annotation.practice.in_hand import assignments_json
from annotation.projects.models import LabelSet, Project
from annotation.queue.desk_strings import desk_strings
from annotation.queue.services import open_assignments

# The pace of the last answers, not of the first day.
PACE_OVER = 50

Boot = dict[str, Any]  # Any: JSON


@gzip_page
# A copy from the browser's cache would show documents that were answered since.
@never_cache
@login_required
@require_safe
def annotate(request: HttpRequest, project_id: int) -> HttpResponse:
    membership = membership_for(request.user, project_id)
    desk = boot(request, membership.project, signed_in(request.user))
    guidelines = guidelines_for(membership.project, signed_in(request.user))
    desk["guidelinesVersion"] = {
        "number": guidelines.number,
        "isChanged": guidelines.is_changed,
        "panel": reverse("guidelines_panel", args=[project_id]),
    }
    context = {"membership": membership, "desk": desk, "guidelines": guidelines}
    return render(request, "annotation/queue/annotate.html", context)


def boot(request: HttpRequest, project: Project, user: User) -> Boot:
    label_sets = LabelSet.objects.filter(project=project).prefetch_related("labels")
    done, left = done_and_open(project.pk)
    return {
        "project": {"id": project.pk, "name": project.name, "url": reverse("project", args=[project.pk])},
        "language": get_language() or "en",
        "labelSets": [label_set_json(label_set) for label_set in label_sets],
        "api": "/api/v1/",
        "live": f"{live_url(project.pk, host=request.get_host(), is_secure=request.is_secure())}?here=1",
        "since": Event.objects.last_id(project.pk),
        "strings": desk_strings(),
        "settings": {"lease_minutes": project.lease_minutes, "explanations": project.explanations},
        # What is in hand already spares the page a call before it can show something.
        "assignments": assignments_json(open_assignments(project=project, user=user), project, user),
        "counts": {"done": done, "open": left},
        "productionVersion": project.production_version,
        "medianSeconds": _pace(user.pk, project.pk),
        "preferences": user.preferences,
        "presence": present_people(project.pk),
        "feedbackSince": last_feedback(project, user),
        "signIn": f"{reverse(settings.LOGIN_URL)}?next={request.path}",
    }


def label_set_json(label_set: LabelSet) -> Boot:
    return {
        "name": label_set.name,
        "title": label_set.title,
        "kind": label_set.kind,
        "required": label_set.required,
        "overlap": label_set.overlap,
        "maxSpans": label_set.max_spans,
        "partRole": label_set.part_role,
        "labels": [
            {
                "name": label.name,
                "title": label.title,
                "color": label.color,
                "key": label.key,
                "definition": label.definition,
            }
            for label in label_set.labels.all()
        ],
    }


def _pace(user_id: int, project_id: int) -> float | None:
    """The person's own median seconds a document, or None before the first."""
    rows = Annotation.objects.filter(
        user_id=user_id, document__project_id=project_id, status=Status.SUBMITTED, seconds__gt=0
    )
    seconds = list(rows.order_by("-changed_at").values_list("seconds", flat=True)[:PACE_OVER])
    return median(seconds) if seconds else None

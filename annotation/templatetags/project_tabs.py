"""The tabs of a project's pages: what this person's role may open."""

from dataclasses import dataclass

from django import template
from django.template.context import Context
from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from annotation.people.models import User
from annotation.projects.models import Membership, Project, Role

register = template.Library()

_EVERYBODY, _REVIEWERS, _MANAGERS = tuple(Role), (Role.REVIEWER, Role.MANAGER), (Role.MANAGER,)
# Name of the address, title, whom it is for.
_TABS: tuple[tuple[str, Promise, tuple[Role, ...]], ...] = (
    ("project", _("Overview"), _EVERYBODY),
    ("annotate", _("Annotate"), _EVERYBODY),
    ("bulk", _("Bulk"), _EVERYBODY),
    ("review", pgettext_lazy("page", "Review"), _REVIEWERS),
    ("my_work", _("My work"), _EVERYBODY),
    ("report_overview", _("Reports"), _REVIEWERS),
    ("alerts", _("Alerts"), _REVIEWERS),
    ("documents", _("Documents"), _EVERYBODY),
    ("guidelines", _("Guidelines"), _EVERYBODY),
    ("imports", _("Import"), _MANAGERS),
    ("models", _("Models"), _EVERYBODY),
    ("selection", _("Why these documents"), _REVIEWERS),
    ("forecast", _("Forecast"), _REVIEWERS),
    ("certificates", _("Certificates"), _MANAGERS),
    ("suspects", _("Suspicious gold"), _REVIEWERS),
    ("consistency", _("Consistency"), _REVIEWERS),
    ("webhooks", _("Webhooks"), _MANAGERS),
    ("planner", _("Planner"), _MANAGERS),
    ("practice", _("Practice"), _MANAGERS),
    ("gold_sets", _("Gold sets"), _MANAGERS),
    ("members", _("Members"), _MANAGERS),
    ("audit", _("Audit log"), _MANAGERS),
    ("erasures", _("Erased documents"), _MANAGERS),
    ("project_settings", _("Settings"), _MANAGERS),
)


@dataclass(frozen=True, slots=True)
class Tab:
    title: Promise
    url: str
    is_current: bool


@dataclass(frozen=True, slots=True)
class CurrentProject:
    project: Project
    tabs: list[Tab]
    sees_alerts: bool


@register.simple_tag(takes_context=True)
def current_project(context: Context) -> CurrentProject | None:
    """The project that the page is in, with its tabs; None outside of projects."""
    request = context.get("request")
    membership = context.get("membership") or _membership(context.get("user"), context.get("project"))
    if request is None or membership is None:
        return None
    sees_alerts = membership.role in _REVIEWERS
    return CurrentProject(membership.project, tabs_for(membership, request.path), sees_alerts)


def _membership(user: object, project: object) -> Membership | None:
    """For a page that passes its project only."""
    if not isinstance(user, User) or not isinstance(project, Project):
        return None
    return Membership.objects.select_related("project").filter(project=project, user=user).first()


def tabs_for(membership: Membership, path: str) -> list[Tab]:
    home = reverse("project", args=[membership.project_id])
    tabs = []
    for name, title, roles in _TABS:
        if membership.role not in roles:
            continue
        try:
            url = reverse(name, args=[membership.project_id])
        except NoReverseMatch:
            continue  # a part of the site that is not installed
        tabs.append(Tab(title, url, path == url or (url != home and path.startswith(url))))
    return tabs

"""The tabs of a project's pages: what this person's role may open."""

from dataclasses import dataclass

from django import template
from django.template.context import Context
from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from annotation.people.models import User
from annotation.projects.models import Membership, Project, Role

register = template.Library()

# Name of the address, title, is it for managers only.
_TABS: tuple[tuple[str, Promise, bool], ...] = (
    ("project", _("Overview"), False),
    ("annotate", _("Annotate"), False),
    ("bulk", _("Bulk"), False),
    ("my_work", _("My work"), False),
    ("documents", _("Documents"), False),
    ("guidelines", _("Guidelines"), False),
    ("imports", _("Import"), True),
    ("models", _("Models"), False),
    ("webhooks", _("Webhooks"), True),
    ("practice", _("Practice"), True),
    ("members", _("Members"), True),
    ("project_settings", _("Settings"), True),
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


@register.simple_tag(takes_context=True)
def current_project(context: Context) -> CurrentProject | None:
    """The project that the page is in, with its tabs; None outside of projects."""
    request = context.get("request")
    membership = context.get("membership") or _membership(context.get("user"), context.get("project"))
    if request is None or membership is None:
        return None
    return CurrentProject(membership.project, tabs_for(membership, request.path))


def _membership(user: object, project: object) -> Membership | None:
    """For a page that passes its project only."""
    if not isinstance(user, User) or not isinstance(project, Project):
        return None
    return Membership.objects.select_related("project").filter(project=project, user=user).first()


def tabs_for(membership: Membership, path: str) -> list[Tab]:
    home = reverse("project", args=[membership.project_id])
    tabs = []
    for name, title, for_managers in _TABS:
        if for_managers and membership.role != Role.MANAGER:
            continue
        try:
            url = reverse(name, args=[membership.project_id])
        except NoReverseMatch:
            continue  # a part of the site that is not installed
        tabs.append(Tab(title, url, path == url or (url != home and path.startswith(url))))
    return tabs

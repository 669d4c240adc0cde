"""The one door: the only way to a project for pages, API and WebSocket. A stranger learns nothing: 404."""

from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import Http404

from annotation.compiled import CompiledQuery
from annotation.people.models import User
from annotation.projects.models import Membership, Project, Role

# Every call asks it.
_MEMBERSHIP = CompiledQuery(
    lambda project_id, user_id: Membership.objects.select_related("project").filter(
        project_id=project_id, user_id=user_id
    )
)
_RANK = {Role.ANNOTATOR: 1, Role.REVIEWER: 2, Role.MANAGER: 3}


def signed_in(user: User | AnonymousUser) -> User:
    """The person, for services that act in somebody's name. Raises PermissionDenied for nobody."""
    if not isinstance(user, User):
        raise PermissionDenied("Sign in first.")
    return user


def projects_of(user: User | AnonymousUser) -> QuerySet[Project]:
    if not user.is_authenticated:
        return Project.objects.none()
    rows = Project.objects.filter(memberships__user_id=user.pk)
    only = _only_project(user)
    return rows if only is None else rows.filter(pk=only)


def _only_project(user: User | AnonymousUser) -> int | None:
    """The one project that the request's token opens, if it is bound to one."""
    return user.only_project_id if isinstance(user, User) else None


def may_open(user: User | AnonymousUser, project_id: int) -> bool:
    """Whether the request's token, where it is bound to one project, is bound to this one."""
    return _only_project(user) in (None, project_id)


def is_member(user: User | AnonymousUser, project: str = "project") -> Q:
    """A filter for rows of projects the person is a member of; `project` is the path to the project."""
    mine = Q(**{f"{project}__memberships__user_id": user.pk or 0})
    only = _only_project(user)
    return mine if only is None else mine & Q(**{project: only})


def membership_for(user: User | AnonymousUser, project_id: int, *, at_least: Role = Role.ANNOTATOR) -> Membership:
    """The person's membership, its project loaded. Raises Http404 for a stranger, PermissionDenied for a lower role."""
    membership = _MEMBERSHIP.first(project_id, user.pk or 0)
    if membership is None or not may_open(user, project_id):
        raise Http404("No such project.")
    if _RANK[Role(membership.role)] < _RANK[at_least]:
        raise PermissionDenied(f"This needs the role {at_least.value}.")
    return membership


def project_for(user: User | AnonymousUser, project_id: int, *, at_least: Role = Role.ANNOTATOR) -> Project:
    return membership_for(user, project_id, at_least=at_least).project


def can_enter(user: User | AnonymousUser, project_id: int) -> bool:
    return projects_of(user).filter(pk=project_id).exists()

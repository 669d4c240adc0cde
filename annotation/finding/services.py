"""Keep filters under names."""

from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from annotation.finding.models import SavedView
from annotation.projects.models import Membership, Role

MOST_VIEWS = 50
LONGEST_NAME = 60
LONGEST_QUERY = 2_000


@dataclass(frozen=True, slots=True)
class ViewAsked:
    """`is_shared`: everybody in the project sees it; only a manager may share."""

    name: str
    query: str = ""
    is_shared: bool = False


def save_view(*, membership: Membership, asked: ViewAsked) -> SavedView:
    """Under a name that the person has already, the filters of that view are replaced. Raises ValidationError."""
    name = _checked_name(asked.name)
    if len(asked.query) > LONGEST_QUERY:
        raise _refused("query", "too_long", _("These filters are too long to be kept."))
    own = SavedView.objects.filter(project=membership.project_id, owner=membership.user_id)
    if own.exclude(name=name).count() >= MOST_VIEWS:
        message = _("A person keeps at most %(limit)d views of a project.") % {"limit": MOST_VIEWS}
        raise _refused("name", "too_many", message)
    is_shared = asked.is_shared and membership.role == Role.MANAGER
    view, _is_new = SavedView.objects.update_or_create(
        project=membership.project,
        owner=membership.user,
        name=name,
        defaults={"query": asked.query, "is_shared": is_shared},
    )
    return view


def change_view(*, view: SavedView, membership: Membership, asked: ViewAsked) -> SavedView:
    """Give it another name, share it, or stop that. Raises ValidationError."""
    view.name = _checked_name(asked.name)
    if membership.role == Role.MANAGER:
        view.is_shared = asked.is_shared
    try:
        with transaction.atomic():
            view.save(update_fields=["name", "is_shared"])
    except IntegrityError as error:
        raise _refused("name", "not_unique", _("You have a view of this name already.")) from error
    return view


def may_change(view: SavedView, membership: Membership) -> bool:
    """One's own; a manager every shared one."""
    return view.owner_id == membership.user_id or (view.is_shared and membership.role == Role.MANAGER)


def _checked_name(raw: str) -> str:
    name = " ".join(raw.replace("\0", "").split())
    if not name:
        raise _refused("name", "required", _("Give the view a name."))
    if len(name) > LONGEST_NAME:
        message = _("A name has at most %(limit)d characters.") % {"limit": LONGEST_NAME}
        raise _refused("name", "too_long", message)
    return name


def _refused(field: str, code: str, message: str) -> ValidationError:
    return ValidationError({field: ValidationError(message, code=code)})

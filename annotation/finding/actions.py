"""What pages and API can do to many documents at once, by its name."""

from collections.abc import Callable, Sequence

from annotation.finding.changing import Changed, delete_documents, reopen, set_urgency
from annotation.people.models import User
from annotation.practice.items import add_items, documents_to_add
from annotation.practice.models import ItemKind
from annotation.projects.models import Project

_URGENCIES = {"first": 1, "last": -1, "normal": 0}
ACTIONS = (*_URGENCIES, "reopen", "practice", "delete")


def carry_out(action: str, *, project: Project, user: User, ids: Sequence[int]) -> Changed:
    """Do one of ACTIONS to these documents of the project. Raises KeyError for another name, and ValidationError."""
    if action in _URGENCIES:
        return set_urgency(project=project, user=user, ids=ids, urgency=_URGENCIES[action])
    return _OTHERS[action](project, user, ids)


def _reopen(project: Project, user: User, ids: Sequence[int]) -> Changed:
    return reopen(project=project, user=user, ids=ids)


def _delete(project: Project, _user: User, ids: Sequence[int]) -> Changed:
    return delete_documents(project=project, ids=ids)


def _practice(project: Project, user: User, ids: Sequence[int]) -> Changed:
    fit = list(documents_to_add(project).filter(pk__in=ids).values_list("pk", flat=True))
    number = add_items(project=project, user=user, document_ids=fit, kind=ItemKind.GUIDED)
    return Changed(number, len(ids) - number)


_OTHERS: dict[str, Callable[[Project, User, Sequence[int]], Changed]] = {
    "reopen": _reopen,
    "practice": _practice,
    "delete": _delete,
}

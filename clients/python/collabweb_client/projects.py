"""Sign-in, projects and their members."""

from typing import Any, TypedDict, Unpack

from collabweb_client.asking import delete, get, pages, send
from collabweb_client.shapes import Member, Project
from collabweb_client.wire import Feed, Flow, Ref, number_of


class NewProject(TypedDict, total=False):
    """`template`, or `label_sets` as `[{"name", "kind", "labels": [{"name"}]}]`."""

    template: str
    label_sets: list[dict[str, Any]]
    guidelines: str
    settings: dict[str, Any]


class ProjectChanges(TypedDict, total=False):
    name: str
    guidelines: str
    guidelines_zh: str
    guidelines_note: str
    settings: dict[str, Any]


def make_token(username: str, password: str) -> Flow[str]:
    """A token with all rights of this person. Smaller ones come from the site's page Account, API tokens."""
    made = yield from send("POST", "token/", {"username": username, "password": password})
    return str(made["token"])


def projects() -> Feed[Project]:
    """The projects you are a member of, newest first."""
    return pages("projects/", Project.of)


def project(project: Ref) -> Flow[Project]:
    return Project.of((yield from get(f"projects/{number_of(project)}/")))


def create_project(name: str, **given: Unpack[NewProject]) -> Flow[Project]:
    return Project.of((yield from send("POST", "projects/", {"name": name, **given})))


def change_project(project: Ref, **changes: Unpack[ProjectChanges]) -> Flow[Project]:
    return Project.of((yield from send("PATCH", f"projects/{number_of(project)}/", changes)))


def delete_project(project: Ref) -> Flow[None]:
    return delete(f"projects/{number_of(project)}/")


def members(project: Ref) -> Feed[Member]:
    return pages(f"projects/{number_of(project)}/members/", Member.of)


def add_member(project: Ref, username: str, role: str = "annotator") -> Flow[Member]:
    """Add a member, or change a member's role: annotator, reviewer or manager."""
    body = {"username": username, "role": role}
    return Member.of((yield from send("POST", f"projects/{number_of(project)}/members/", body, repeat=True)))

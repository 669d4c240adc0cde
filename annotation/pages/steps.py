"""The way from nothing to the first corrected ticket, and where a project stands on it."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from annotation.projects.models import Project, Role

TITLES: tuple[tuple[str, Promise, Promise], ...] = (
    ("create", _("Create a project"), _("A template brings label sets and guidelines that are ready to use.")),
    ("import", _("Import texts"), _("A file of your own, or the sample texts with one click.")),
    ("annotate", _("Annotate"), _("Read a text, correct what is proposed, go on with Enter.")),
    ("train", _("Train a model"), _("It learns from the answers and proposes the next ones. Bring at least 20.")),
)


@dataclass(frozen=True, slots=True)
class Step:
    name: str
    title: Promise
    text: Promise
    is_done: bool
    is_next: bool
    url: str = ""


def steps_of(project: Project, role: str, *, has_documents: bool, has_answers: bool) -> list[Step]:
    """`has_answers`: of people, here; imported gold is none. A step that the role can't take has no address."""
    done = {
        "create": True,
        "import": has_documents,
        "annotate": has_answers,
        "train": project.production_version is not None,
    }
    urls = {"import": "imports" if role == Role.MANAGER else "", "annotate": "annotate", "train": "models"}
    return _steps(done, {name: _address(url, project.pk) for name, url in urls.items()})


def first_steps() -> list[Step]:
    return _steps({}, {"create": reverse("new_project")})


def _steps(done: Mapping[str, bool], urls: Mapping[str, str]) -> list[Step]:
    upcoming = next((name for name, *_texts in TITLES if not done.get(name)), "")
    return [
        Step(name, title, text, done.get(name, False), name == upcoming, urls.get(name, ""))
        for name, title, text in TITLES
    ]


def _address(name: str, project_id: int) -> str:
    try:
        return reverse(name, args=[project_id]) if name else ""
    except NoReverseMatch:
        return ""

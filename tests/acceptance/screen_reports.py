"""The pages of quality: reviews, adjudication, every report, the audit log; with ten weeks of made-up work."""

import time
from typing import Any

from annotation.annotations.models import Annotation, Status
from annotation.annotations.services import Save, save
from annotation.documents.models import Document
from annotation.people.models import User
from annotation.projects.models import Project, Role
from annotation.projects.services import add_member
from annotation.quality.services import refresh
from modelops.reports import job
from modelops.reports.kept import Wish
from modelops.reports.names import NAMES, PERSON
from tests.acceptance import screen_rows as rows
from tests.acceptance.screen_camera import Studio
from tests.acceptance.screen_pages import PAGES
from tests.acceptance.screen_register import NARROW, State
from tests.modelops.reports.rows import fill

READ_SECONDS = 8
# Higher than a screen, so that several sections of a report are in the picture.
HEIGHT = 1_500
_MADE: dict[str, Project] = {}


def busy(language: str) -> Project:
    """Made once for all reports."""
    if language not in _MADE:
        made = rows.project(language, overlap=2, hourly_rate=24, currency="EUR")
        fill(made, _people(made), rows.person("rui"))
        # The site's own worker reads the answers too, and may hold the columns.
        time.sleep(READ_SECONDS)
        refresh(made.pk)
        _MADE[language] = made
    return _MADE[language]


def _people(made: Project) -> list[User]:
    User.objects.get_or_create(username="chen")
    add_member(project=made, username="chen", role=Role.ANNOTATOR)
    return [rows.person(name) for name in ("alice", "bob", "chen")]


def _report(name: str) -> State:
    def take(studio: Studio) -> None:
        made = busy(studio.language)
        person = rows.person("chen").pk if name == PERSON else None
        language = "zh-hans" if studio.language == "zh" else "en"
        job.make(Wish(made.pk, name, "", language, person))
        part = f"people/{person}/" if person else "" if name == "overview" else f"{name}/"
        page = studio.page(f"/projects/{made.pk}/reports/{part}", "mia")
        page.locator(".report-section").first.wait_for()
        page.set_viewport_size({"width": studio.view.width, "height": HEIGHT})
        studio.shoot(page)

    return take


def _answer(document: Document, who: str, **changes: Any) -> Annotation:  # Any: values of label sets
    shown = document.predictions.order_by("-pk")[:1].get()
    asked = Save(answer={**shown.answer, **changes}, status=Status.SUBMITTED, seconds=21.0, prediction_id=shown.pk)
    found = Document.objects.select_related("project").get(pk=document.pk)
    return save(document=found, user=rows.person(who), asked=asked)


def _open_documents(made: Project) -> list[Document]:
    return list(Document.objects.filter(project=made, gold=None).order_by("priority", "pk")[:4])


def _review(studio: Studio) -> None:
    made = rows.tickets(studio.language, review="all")
    for document in _open_documents(made):
        spans = document.predictions.order_by("-pk")[:1].get().answer["Entities"]
        _answer(document, "alice", Category="delivery", Entities=spans[1:])
    page = studio.page(f"/projects/{made.pk}/review/", "rui")
    page.wait_for_load_state("networkidle")
    studio.shoot(page)


def _adjudication(studio: Studio) -> None:
    made = rows.tickets(studio.language, overlap=2)
    for document in _open_documents(made):
        _answer(document, "alice")
        _answer(document, "bob", Category="account", Sentiment="neutral")
    page = studio.page(f"/projects/{made.pk}/review/", "rui")
    page.wait_for_load_state("networkidle")
    studio.shoot(page)


def _audit(studio: Studio) -> None:
    made = rows.tickets(studio.language, review="all")
    for document in _open_documents(made):
        _answer(document, "alice")
    studio.shoot(studio.page(f"/projects/{made.pk}/audit/", "mia"))


QUALITY: dict[str, State] = {
    "review": _review,
    "adjudication": _adjudication,
    "audit": _audit,
    **{f"report-{name}": _report(name) for name in (*NAMES, PERSON)},
}
PAGES |= QUALITY
NARROW |= set(QUALITY)

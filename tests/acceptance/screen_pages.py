"""The pages around the desk, with rows of the sample project and of projects made here."""

from annotation.projects.models import Project
from annotation.projects.services import update_settings
from tests.acceptance import screen_rows as rows
from tests.acceptance.screen_camera import Studio
from tests.acceptance.screen_register import STATES, State
from tests.acceptance.screen_texts import GUIDELINES

PAGES: dict[str, State] = {}


def _sample() -> Project:
    return Project.objects.order_by("pk")[:1].get()


def _page(name: str, path: str, who: str = "mia") -> None:
    def take(studio: Studio) -> None:
        page = studio.page(path.format(sample=_sample().pk), who)
        page.wait_for_load_state("networkidle")
        studio.shoot(page)

    PAGES[name] = take


def _my_work(studio: Studio) -> None:
    made = rows.tickets(studio.language)
    rows.corrected(made)
    studio.shoot(studio.page(f"/projects/{made.pk}/me/"))


def _my_changes(studio: Studio) -> None:
    made = rows.tickets(studio.language)
    rows.next_versions(made, rows.PRODUCTION + 1, rows.corrected(made))
    studio.shoot(studio.page(f"/projects/{made.pk}/me/changes/"))


def _practice(studio: Studio) -> None:
    made = rows.practice(studio.language)
    studio.shoot(studio.page(f"/projects/{made.pk}/practice/", "mia"))


def _guidelines(studio: Studio) -> None:
    made = rows.tickets(studio.language)
    for text in GUIDELINES[studio.language]:
        update_settings(project=made, user=rows.person("mia"), changes={"guidelines": {"en": text, "zh-hans": text}})
    studio.shoot(studio.page(f"/projects/{made.pk}/guidelines/?from=2&to=3", "mia"))


PAGES |= {"my-work": _my_work, "my-changes": _my_changes, "practice-page": _practice, "guidelines": _guidelines}
_page("project", "/projects/{sample}/")
_page("documents", "/projects/{sample}/documents/")
_page("models", "/projects/{sample}/models/")
_page("import", "/projects/{sample}/import/")
_page("webhooks", "/projects/{sample}/webhooks/")
_page("tokens", "/account/tokens/")
assert not PAGES.keys() & STATES.keys()

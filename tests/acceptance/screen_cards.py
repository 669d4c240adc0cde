"""States of the card itself: its rows, and what a person does until it shows."""

from playwright.sync_api import Page

from annotation.projects.guidelines import mark_seen
from annotation.projects.models import Project
from annotation.projects.services import update_settings
from tests import make
from tests.acceptance import screen_rows as rows
from tests.acceptance.screen_camera import Studio
from tests.acceptance.screen_register import press, state
from tests.acceptance.screen_texts import GUIDELINES, MINUTES, unmarked


@state(narrow=True)
def annotate(studio: Studio) -> None:
    studio.shoot(studio.desk(rows.tickets(studio.language).pk))


@state(narrow=True)
def own_marks(studio: Studio) -> None:
    page = studio.desk(rows.tickets(studio.language).pk)
    press(page, "n", "a", "n", "a", "n", *(("]", "]") if studio.language == "en" else ("[",)))
    page.locator("[data-set=Sentiment] .opt").nth(1).click()
    page.locator("#desk-spans .ent-main").nth(2).click()
    studio.shoot(page)


@state()
def uncertain(studio: Studio) -> None:
    studio.shoot(studio.desk(rows.tickets(studio.language, sure=0.41).pk))


@state()
def blind(studio: Studio) -> None:
    studio.shoot(studio.desk(rows.tickets(studio.language, blind_share=1.0).pk))


@state(narrow=True)
def dialogue(studio: Studio) -> None:
    studio.shoot(studio.desk(rows.dialogue(studio.language).pk))


@state()
def long_document(studio: Studio) -> None:
    made = rows.project(studio.language)
    text, _ = unmarked(MINUTES[studio.language])
    whole, spans = unmarked(MINUTES[studio.language] * (10_000 // len(text) + 1))
    whole = whole[:10_000]
    rows.predict_ticket(make.document(made, whole, external_id="MIN-2026-11"), [s for s in spans if s["end"] < 10_000])
    page = studio.desk(made.pk)
    press(page, "PageDown")
    page.mouse.wheel(0, 900)
    studio.shoot(page)


@state(narrow=True)
def many_labels(studio: Studio) -> None:
    made = rows.intents(studio.language)
    page = studio.desk(made.pk)
    for _ in range(2):
        press(page, "Enter")
        page.wait_for_timeout(600)
    studio.shoot(page)


@state()
def label_filter(studio: Studio) -> None:
    page = studio.desk(rows.intents(studio.language).pk)
    press(page, "/")
    page.keyboard.type("card")
    press(page, "ArrowDown")
    studio.shoot(page)


@state(narrow=True)
def choices_and_text(studio: Studio) -> None:
    studio.shoot(studio.desk(rows.topics(studio.language).pk))


@state()
def overlapping_spans(studio: Studio) -> None:
    studio.shoot(studio.desk(rows.overlapping(studio.language).pk))


def _with_ideas(studio: Studio) -> Page:
    made = rows.tickets(studio.language)
    page = studio.desk(made.pk)
    page.locator("[data-set=Category] .opt").nth(1).click()
    page.locator("[data-set=Sentiment] .opt").nth(0).click()
    first = made.documents.get(external_id="TCK-48213")
    before = first.predictions.get()
    changed = {**before.answer, "Category": "delivery", "Sentiment": "neutral"}
    rows.predict(first, changed, {"Category": {"delivery": 0.72}, "Sentiment": {"neutral": 0.64}}, rows.PRODUCTION + 1)
    rows.next_versions(made, rows.PRODUCTION + 1)
    page.locator("#desk-ideas-open").scroll_into_view_if_needed()
    page.evaluate("() => scrollTo(0, 0)")
    page.wait_for_timeout(3600)
    return page


@state(narrow=True)
def newer_ideas(studio: Studio) -> None:
    page = _with_ideas(studio)
    studio.shoot(page)
    press(page, "v")
    page.locator("#desk-ideas").wait_for()
    studio.shoot(page, name="newer-ideas-list")


@state()
def why(studio: Studio) -> None:
    """On the sample project, which has a model of its own."""
    sample = Project.objects.order_by("pk").first()
    if sample is None or not sample.production_version:
        print("why: the sample project has no version yet", flush=True)
        return
    page = studio.desk(sample.pk)
    press(page, "m")
    page.locator(".why-set").first.wait_for(timeout=60_000)
    studio.shoot(page)


def _with_guidelines(studio: Studio) -> Page:
    made = rows.tickets(studio.language)
    before, after = ({"en": text, "zh-hans": text} for text in GUIDELINES[studio.language])
    mia = rows.person("mia")
    update_settings(project=made, user=mia, changes={"guidelines": before})
    number = made.guidelines_versions.first().number  # type: ignore[union-attr]
    mark_seen(project=made, user=rows.person("alice"), number=number)
    update_settings(project=made, user=mia, changes={"guidelines": after})
    return studio.desk(made.pk)


@state(narrow=True)
def guidelines_changed(studio: Studio) -> None:
    page = _with_guidelines(studio)
    studio.shoot(page)
    press(page, "i")
    page.locator("#desk-guidelines-content").wait_for()
    studio.shoot(page, name="guidelines-beside")


@state()
def definition(studio: Studio) -> None:
    page = studio.desk(rows.tickets(studio.language).pk)
    page.locator(".lab").nth(1).focus()
    press(page, "Tab")
    studio.shoot(page)

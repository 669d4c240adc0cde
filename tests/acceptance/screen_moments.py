"""States around the card: talk, dialogs, trouble, practice, bulk mode, other people."""

from playwright.sync_api import Route

from annotation.comments.services import NewComment, add_comment
from annotation.practice.models import ItemKind
from tests.acceptance import screen_rows as rows
from tests.acceptance.screen_camera import Studio
from tests.acceptance.screen_register import press, state
from tests.acceptance.screen_texts import BULK, WORDS
from tests.acceptance.site import Caller

SAVES = "**/api/v1/documents/*/annotation/"
NO_HIGHLIGHTS = (
    "delete CSS.highlights; delete window.Highlight; Object.defineProperty(CSS, 'highlights', {value: undefined})"
)


@state(narrow=True)
def comments(studio: Studio) -> None:
    made = rows.tickets(studio.language)
    document = made.documents.get(external_id="TCK-48213")
    words = WORDS[studio.language]
    place = document.predictions.get().answer["Entities"][4 if studio.language == "en" else 2]
    about = NewComment(words["comment"], place["start"], place["end"])
    add_comment(document=document, user=rows.person("bob"), new=about)
    add_comment(document=document, user=rows.person("rui"), new=NewComment(words["reply"]))
    page = studio.desk(made.pk)
    press(page, "k")
    page.locator("#desk-thread li").first.wait_for()
    studio.shoot(page)


@state()
def flag(studio: Studio) -> None:
    page = studio.desk(rows.tickets(studio.language).pk)
    press(page, "f")
    page.locator("#desk-flag-reason").fill(WORDS[studio.language]["flag"])
    studio.shoot(page)
    press(page, "Control+Enter")
    page.locator("#desk-flagged").wait_for()
    studio.shoot(page, name="flagged")


@state()
def find(studio: Studio) -> None:
    page = studio.desk(rows.tickets(studio.language).pk)
    press(page, "'")
    page.keyboard.type(WORDS[studio.language]["find"])
    studio.shoot(page)


@state(narrow=True)
def help_(studio: Studio) -> None:
    page = studio.desk(rows.tickets(studio.language).pk)
    press(page, "?")
    page.locator("#desk-help").wait_for()
    studio.shoot(page, name="help")
    page.locator("#desk-help [aria-pressed]").click()
    page.locator("#desk-help .key-change").first.click()
    studio.shoot(page, name="change-keys")


@state()
def palette(studio: Studio) -> None:
    page = studio.desk(rows.tickets(studio.language).pk)
    press(page, "Control+k")
    page.locator(".palette[open] .palette-list li").first.wait_for()
    studio.shoot(page)


@state(narrow=True)
def merge(studio: Studio) -> None:
    made = rows.tickets(studio.language)
    page = studio.desk(made.pk)
    document = made.documents.get(external_id="TCK-48213")
    answer = document.predictions.get().answer
    theirs = {**answer, "Category": "delivery", "Entities": answer["Entities"][:-1]}
    alice = Caller("alice")
    alice.call("PUT", f"documents/{document.pk}/annotation/", json={"answer": theirs, "seconds": 20, "status": "draft"})
    press(page, "Enter")
    page.locator("desk-merge dialog").wait_for()
    studio.shoot(page)


@state(narrow=True)
def offline(studio: Studio) -> None:
    page = studio.desk(rows.tickets(studio.language).pk)
    page.wait_for_timeout(1000)
    page.context.set_offline(True)
    for _ in range(3):
        press(page, "Enter")
        page.wait_for_timeout(300)
    page.wait_for_timeout(4000)
    studio.shoot(page)


@state(narrow=True)
def signed_out(studio: Studio) -> None:
    page = studio.desk(rows.tickets(studio.language).pk)
    page.wait_for_timeout(1000)
    page.context.clear_cookies()
    press(page, "Enter")
    page.locator("#desk-signed-out").wait_for()
    page.wait_for_timeout(3600)
    studio.shoot(page)


@state()
def kept_here(studio: Studio) -> None:
    problem = {"field": "answer", "code": "bad_label", "message": WORDS[studio.language]["refused"]}
    body = {"code": "invalid", "detail": "refused", "errors": [problem]}

    def refuse(route: Route) -> None:
        route.fulfill(status=422, json=body)

    page = studio.desk(rows.tickets(studio.language).pk)
    page.route(SAVES, refuse)
    press(page, "Enter")
    page.locator("desk-kept [data-strip]").wait_for()
    page.wait_for_timeout(3600)
    studio.shoot(page)
    page.locator("desk-kept [data-strip] button").click()
    studio.shoot(page, name="kept-here-list")


@state(narrow=True)
def practice(studio: Studio) -> None:
    made = rows.practice(studio.language)
    page = studio.desk(made.pk, wait="#desk-practice-gate h1")
    studio.shoot(page, name="practice-gate")
    press(page, "Enter")
    page.locator("#desk-work").wait_for()
    studio.shoot(page, name="practice-card")
    for number in range(2):
        page.locator("[data-set=Category] .opt").nth(1 - number).click()
        page.locator("[data-set=Sentiment] .opt").nth(0).click()
        press(page, "Enter")
        page.locator("#desk-practice-feedback h2").wait_for()
        if not number:
            studio.shoot(page, name="practice-feedback")
        page.locator("#desk-practice-feedback [data-go]").click()
        page.locator("#desk-practice-feedback").wait_for(state="hidden")
    page.locator("#desk-practice-gate h1").wait_for()
    studio.shoot(page, name="practice-passed")


@state(narrow=True)
def hidden_gold(studio: Studio) -> None:
    made = rows.practice(studio.language, kind=ItemKind.HIDDEN, practice_size=0, hidden_gold_share=0.1)
    page = studio.desk(made.pk)
    page.locator("[data-set=Category] .opt").nth(1).click()
    page.locator("[data-set=Sentiment] .opt").nth(0).click()
    made.documents.filter(external_id__startswith="TCK-482").update(slots=1)
    press(page, "Enter")
    page.locator("desk-feedback .news").wait_for()
    page.wait_for_timeout(1500)
    studio.shoot(page)
    page.locator("desk-feedback .news [data-command]").click()
    studio.shoot(page, name="hidden-gold-feedback")


@state(narrow=True)
def near_duplicates(studio: Studio) -> None:
    page = studio.desk(rows.twins(studio.language).pk)
    page.locator("#desk-twins").wait_for()
    studio.shoot(page)


@state(narrow=True)
def bulk(studio: Studio) -> None:
    made = rows.bulk(studio.language, BULK[studio.language])
    page = studio.page(f"/projects/{made.pk}/bulk/")
    page.locator(".bulk-tile").first.focus()
    press(page, "Space", "Shift+ArrowRight", "Shift+ArrowRight")
    studio.shoot(page, name="bulk-selection")
    page.locator(".bulk-label").nth(2).click()
    page.locator("#bulk-said:not(:empty)").wait_for()
    page.wait_for_timeout(800)
    studio.shoot(page, name="bulk-labeled")


@state()
def corrections(studio: Studio) -> None:
    made = rows.tickets(studio.language)
    run = rows.corrected(made)
    page = studio.desk(made.pk)
    rows.next_versions(made, rows.PRODUCTION + 1, run)
    page.locator("desk-changes .news").wait_for()
    page.wait_for_timeout(3600)
    studio.shoot(page)


@state(narrow=True)
def people_and_run(studio: Studio) -> None:
    made = rows.tickets(studio.language)
    run = rows.a_run(made, 0.42)
    page = studio.desk(made.pk)
    for who in ("bob", "rui"):
        studio.desk(made.pk, who=who, wait="#desk-live[data-state=open]")
    page.locator("#desk-people-circles .person").nth(1).wait_for(state="attached")
    page.bring_to_front()
    studio.shoot(page)
    run.delete()


@state(narrow=True)
def empty(studio: Studio) -> None:
    studio.shoot(studio.desk(rows.project(studio.language).pk, wait="#desk-nothing"))


@state()
def loading(studio: Studio) -> None:
    made = rows.tickets(studio.language)
    page = studio.window()
    page.route("**/queue/**", lambda _route: None)
    page.goto(f"/projects/{made.pk}/annotate/")
    page.locator("#desk-loading").wait_for()
    studio.shoot(page)


@state()
def forced_colors(studio: Studio) -> None:
    page = studio.desk(rows.tickets(studio.language).pk, forced_colors="active")
    press(page, "n", "n")
    studio.shoot(page)


@state()
def no_highlights(studio: Studio) -> None:
    page = studio.desk(rows.tickets(studio.language).pk, script=NO_HIGHLIGHTS)
    press(page, "n")
    studio.shoot(page)

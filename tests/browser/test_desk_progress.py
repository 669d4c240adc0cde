"""<import-progress>: a page that waits for a worker shows how far it is, and loads again when the work is over."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Route, expect

pytestmark = pytest.mark.browser

SCRIPTS = Path(__file__).resolve().parents[2] / "static" / "js"
OUTCOME = "<!doctype html><h1>Outcome</h1>"
WAITING = """<!doctype html><script type="module" src="/import-progress.js"></script>
<import-progress data-id="5" data-state="queued" data-url="/row" data-next="/done" data-text-running="Running">
<p data-state>Queued</p><progress max="1" value="0"></progress><b data-percent></b></import-progress>"""


def waiting_page(browser: Browser, rows: list[dict[str, object]]) -> Page:
    """Answers each question for the row with the next of `rows`, and the last one from then on."""

    def serve(route: Route) -> None:
        name = route.request.url.rsplit("/", 1)[1]
        if name == "row":
            route.fulfill(json=rows.pop(0) if len(rows) > 1 else rows[0])
        elif name.endswith(".js"):
            route.fulfill(path=SCRIPTS / name, content_type="text/javascript")
        else:
            route.fulfill(
                body="<!doctype html><h1>Outcome</h1>" if name == "done" else WAITING, content_type="text/html"
            )

    page = browser.new_page()
    page.route("**/*", serve)
    page.goto("http://progress.test/")
    return page


def test_progress_is_shown_while_the_work_runs(chromium: Browser) -> None:
    page = waiting_page(chromium, [{"id": 5, "state": "running", "progress": 0.4}])

    expect(page.locator("[data-percent]")).to_have_text("40%")
    expect(page.locator("p[data-state]")).to_have_text("Running")
    assert page.locator("progress").evaluate("(bar) => bar.value") == 0.4
    page.close()


def test_the_outcome_is_loaded_when_the_work_is_over(chromium: Browser) -> None:
    rows = [{"id": 5, "state": "running", "progress": 0.9}, {"id": 5, "state": "succeeded", "progress": 1}]
    page = waiting_page(chromium, rows)

    expect(page.locator("h1")).to_have_text("Outcome", timeout=10_000)
    page.close()

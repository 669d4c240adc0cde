"""The annotation screen in a real Chromium on a whole site: how heavy the page is, how fast cards and spans come.

Times to paint run from the key event to the end of the next frame. The peers' figures are for adding one span to the
same kind of text (10,000 characters, 200 spans), script and layout, as measured when the span element was chosen.
"""

import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import httpx
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from collabweb.stack.environment import free_port
from collabweb.stack.testing import find_chromium
from tests.benchmarks.idle import wait_for_idle
from tests.benchmarks.tickets import tickets
from tests.browser.conftest import ARGUMENTS, PASSWORD

DOCUMENTS = 64
SPANS = 200
LENGTH = 10_000
ROUNDS = 40
PEERS = {"recogito": 21, "displaCy-like": 19, "doccano": 18, "ProseMirror": 11.5, "CodeMirror": 1.9}
OWN_SETTINGS = ("DATABASE_URL", "BROKER_URL", "COLLABWEB_LIVE_PORT", "COLLABWEB_SECRET_KEY")
LABEL_SETS: list[dict[str, Any]] = [  # Any: fields of a label set
    {"name": "Category", "kind": "choice", "labels": ["account", "billing", "delivery"], "required": False},
    {"name": "Entities", "kind": "span", "labels": ["ORDER", "PERSON"], "required": False},
]
WATCH = """() => {
    window.painted = [];
    const isShown = () =>
        document.querySelector(".sa-part")?.textContent && !document.getElementById("desk-work").hidden;
    const look = () => (isShown() ? (window.usable = performance.now()) : requestAnimationFrame(look));
    requestAnimationFrame(look);
    addEventListener("keydown", ({ timeStamp, key }) => requestAnimationFrame(() => {
        const afterFrame = new MessageChannel();
        afterFrame.port1.onmessage = () => window.painted.push([key, performance.now() - timeStamp]);
        afterFrame.port2.postMessage(null);
    }), { capture: true });
}"""
MOUNT = """([text, spans]) => {
    const element = document.querySelector("span-annotator");
    const started = performance.now();
    element.load({ text }, spans);
    document.body.getBoundingClientRect();
    return performance.now() - started;
}"""


def main() -> int:
    chromium = find_chromium()
    if chromium is None:
        print("desk: no Chromium here, nothing measured")
        return 0
    with tempfile.TemporaryDirectory() as home:
        environment = site_environment(Path(home))
        stack("up", environment)
        try:
            with sync_playwright() as playwright:
                browser = playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS)
                report(measure(browser, f"http://127.0.0.1:{environment['COLLABWEB_PORT']}"))
        finally:
            stack("down", environment)
    return 0


def site_environment(home: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name not in OWN_SETTINGS}
    return kept | {
        "COLLABWEB_HOME": str(home),
        "COLLABWEB_PORT": str(free_port()),
        "COLLABWEB_DEMO_PASSWORD": PASSWORD,
        "COLLABWEB_ENCODER": "all-minilm-l6-v2",
    }


def stack(command: str, environment: dict[str, str]) -> None:
    run = [sys.executable, "-m", "collabweb.stack", command]
    subprocess.run(run, env=environment, check=True, stdout=subprocess.DEVNULL)


def api(url: str, name: str) -> httpx.Client:
    signed = httpx.post(f"{url}/api/v1/token/", json={"username": name, "password": PASSWORD}, timeout=30)
    headers = {"Authorization": f"Token {signed.raise_for_status().json()['token']}"}
    return httpx.Client(base_url=f"{url}/api/v1/", headers=headers, timeout=60)


def measure(browser: Browser, url: str) -> dict[str, list[float]]:
    """Milliseconds by what was measured, and what the page weighs."""
    mia, alice = api(url, "mia"), api(url, "alice")
    short = new_project(mia, "Tickets", [{"id": row["id"], "text": row["text"]} for row in tickets(DOCUMENTS + 4)])
    text, spans = long_text()
    long = new_project(mia, "Long", [{"id": "long", "text": text}])
    [lent] = alice.post(f"projects/{long}/queue/next/", json={"count": 1}).raise_for_status().json()["assignments"]
    body = {"answer": {"Category": None, "Entities": spans}, "status": "draft", "seconds": 1}
    alice.put(f"documents/{lent['document']['id']}/annotation/", json=body).raise_for_status()
    warm = signed_in(browser, url)
    print(f"desk: the machine is {wait_for_idle():.0%} idle")
    found = weigh(browser, warm, url, f"/projects/{short}/annotate/")
    found["Enter to the next text painted"] = walk(warm, f"/projects/{short}/annotate/")
    return found | add_spans(warm, f"/projects/{long}/annotate/", text, spans)


def new_project(mia: httpx.Client, name: str, rows: Sequence[dict[str, str]]) -> int:
    fields = {"name": name, "label_sets": LABEL_SETS, "settings": {"train_after": 0}}
    made = mia.post("projects/", json=fields).raise_for_status().json()
    mia.post(f"projects/{made['id']}/members/", json={"username": "alice", "role": "annotator"}).raise_for_status()
    mia.post(f"projects/{made['id']}/documents/", json=list(rows)).raise_for_status()
    return int(made["id"])


def long_text() -> tuple[str, list[dict[str, Any]]]:
    """Words with 200 spans, each with free words behind it."""
    step = LENGTH // SPANS
    unit = "Contoso paid 我们 twice for the 包裹 of last week, and "
    text = "".join(unit[:step].ljust(step) for _ in range(SPANS))
    return text, [{"start": at, "end": at + 7, "label": "PERSON"} for at in range(0, LENGTH, step)]


def signed_in(browser: Browser, url: str) -> BrowserContext:
    context = browser.new_context(base_url=url, viewport={"width": 1320, "height": 860})
    page = context.new_page()
    page.goto("/accounts/login/")
    page.fill("input[name=login]", "alice")
    page.fill("input[name=password]", PASSWORD)
    page.click("main form button.pri")
    page.wait_for_url(lambda at: "/accounts/" not in at)
    page.close()
    return context


def opened(context: BrowserContext, path: str) -> Page:
    page = context.new_page()
    page.add_init_script(f"({WATCH})()")
    page.goto(path)
    page.locator(".sa-part").first.wait_for()
    return page


def weigh(browser: Browser, warm: BrowserContext, url: str, path: str) -> dict[str, list[float]]:
    """The page with an empty cache, three times: kB over the wire, requests, and when the first text stands there."""
    found: dict[str, list[float]] = {"kB transferred, cold": [], "requests, cold": [], "usable after, cold": []}
    for _ in range(3):
        cold = browser.new_context(base_url=url, storage_state=warm.storage_state())
        page = cold.new_page()
        sizes: list[float] = []
        network = cold.new_cdp_session(page)
        network.send("Network.enable")
        network.on("Network.loadingFinished", lambda done, sizes=sizes: sizes.append(done["encodedDataLength"] / 1000))
        page.add_init_script(f"({WATCH})()")
        page.goto(path)
        page.locator(".sa-part").first.wait_for()
        page.wait_for_timeout(1000)
        found["kB transferred, cold"].append(sum(sizes))
        found["requests, cold"].append(len(sizes))
        found["usable after, cold"].append(page.evaluate("() => window.usable"))
        cold.close()
    return found


def walk(context: BrowserContext, path: str) -> list[float]:
    """Accept document after document, each once the one before it is saved ahead enough to have a next one in hand."""
    page = opened(context, path)
    for _ in range(DOCUMENTS):
        before = page.locator("#desk-title").inner_text()
        page.keyboard.press("Enter")
        page.wait_for_timeout(300)
        if page.locator("#desk-title").inner_text() == before:
            raise RuntimeError("Enter did not show another document")
    return painted(page, "Enter")


def painted(page: Page, key: str) -> list[float]:
    times = [milliseconds for pressed, milliseconds in page.evaluate("() => window.painted") if pressed == key]
    page.close()
    return times


def add_spans(context: BrowserContext, path: str, text: str, spans: Sequence[dict[str, Any]]) -> dict[str, list[float]]:
    """Mount the 200 spans, and label the words behind one after the other by key."""
    page = opened(context, path)
    given = [
        {**span, "id": f"bench-{place}", "set": "Entities", "status": "accepted"} for place, span in enumerate(spans)
    ]
    mounts = [page.evaluate(MOUNT, [text, given]) for _ in range(11)]
    page.reload()
    page.locator(".sa-fill").first.wait_for()
    key = page.locator(".lab", has_text="ORDER").get_attribute("aria-keyshortcuts") or ""
    page.locator(".sa-text").focus()
    for _ in range(ROUNDS):
        for _ in range(4):
            page.keyboard.press("ArrowRight")
        page.wait_for_timeout(100)
        page.keyboard.press(key)
        page.wait_for_timeout(100)
    return {
        f"mount {SPANS} spans on {LENGTH:,} characters": mounts,
        f"add a span to {SPANS} on {LENGTH:,} characters, to paint": painted(page, key),
    }


def report(found: dict[str, list[float]]) -> None:
    print(f"desk: {DOCUMENTS} documents, one Chromium without a GPU")
    print(f"  {'':58} {'p50':>8} {'p95':>8}")
    for title, values in found.items():
        low, high = statistics.median(values), sorted(values)[int(len(values) * 0.95)]
        print(f"  {title:58} {low:8.1f} {high:8.1f}")
    peers = ", ".join(f"{name} {figure}" for name, figure in PEERS.items())
    print(f"  peers, adding a span, script and layout, ms: {peers}")


if __name__ == "__main__":
    sys.exit(main())

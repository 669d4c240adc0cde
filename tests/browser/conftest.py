"""A whole site of its own (`make up` in miniature, with the small encoder) and a real Chromium."""

import os
import random
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from collabweb.stack.environment import free_port
from collabweb.stack.testing import find_chromium
from tests.browser.answers_at_risk import Work, new_work

PASSWORD = "a password for tests only"
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@dataclass(frozen=True)
class Site:
    url: str
    home: Path
    environment: dict[str, str]

    def api(self, name: str) -> httpx.Client:
        """An API client of one of the sample users."""
        body = {"username": name, "password": PASSWORD}
        answer = httpx.post(f"{self.url}/api/v1/token/", json=body, timeout=30)
        headers = {"Authorization": f"Token {answer.raise_for_status().json()['token']}"}
        return httpx.Client(base_url=f"{self.url}/api/v1/", headers=headers, timeout=60)


def _stack(command: str, environment: dict[str, str]) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "collabweb.stack", command], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    home = tmp_path_factory.mktemp("site")
    port = free_port()
    own = ("DATABASE_URL", "BROKER_URL", "COLLABWEB_LIVE_PORT", "COLLABWEB_SECRET_KEY")
    environment = {name: value for name, value in os.environ.items() if name not in own} | {
        "COLLABWEB_HOME": str(home),
        "COLLABWEB_PORT": str(port),
        "COLLABWEB_DEMO_PASSWORD": PASSWORD,
        "COLLABWEB_ENCODER": "all-minilm-l6-v2",
        "COLLABWEB_SIGN_IN_RATE": "1000/minute",
    }
    _stack("up", environment)
    try:
        made = Site(f"http://127.0.0.1:{port}", home, environment)
        _leave_the_workers_to_the_tests(made)
        yield made
    finally:
        _stack("down", environment)


def _leave_the_workers_to_the_tests(site: Site) -> None:
    """The sample project has gold enough for a run of its own, which starts by itself."""
    with site.api("mia") as mia:
        for project in mia.get("projects/").json()["results"]:
            mia.patch(f"projects/{project['id']}/", json={"train_after": 0}).raise_for_status()
            for run in mia.get(f"projects/{project['id']}/runs/").json()["results"]:
                if run["state"] in ("queued", "running"):
                    mia.post(f"runs/{run['id']}/cancel/").raise_for_status()


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    path = find_chromium()
    if path is None:
        pytest.skip("no Chromium on this machine: install it, or set COLLABWEB_CHROMIUM")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield browser
        browser.close()


@dataclass
class People:
    """Opens windows for signed-in people; each window is a browser context of its own."""

    site: Site
    browser: Browser
    windows: list[BrowserContext]

    def window(self, name: str, *, language: str = "en", width: int = 1320, dark: bool = False) -> Page:
        context = self.browser.new_context(
            locale="zh-CN" if language.startswith("zh") else "en-US",
            viewport={"width": width, "height": 860},
            color_scheme="dark" if dark else "light",
            base_url=self.site.url,
        )
        context.set_default_timeout(15_000)
        self.windows.append(context)
        page = context.new_page()
        page.goto("/accounts/login/")
        page.fill("input[name=login]", name)
        page.fill("input[name=password]", PASSWORD)
        page.click("main form button.pri")
        page.wait_for_url(lambda url: "/accounts/" not in url)
        return page


@pytest.fixture
def people(site: Site, chromium: Browser) -> Iterator[People]:
    opened = People(site, chromium, [])
    yield opened
    for window in opened.windows:
        window.close()


@pytest.fixture(scope="module")
def chance() -> random.Random:
    return random.Random(20261122)


@pytest.fixture
def work(site: Site) -> Iterator[Work]:
    """A small project of its own, where answers are put at risk."""
    made = new_work(site)
    yield made
    made.alice.close()
    made.manager.close()

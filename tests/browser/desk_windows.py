"""Windows of signed-in people on the annotation screen, over the test's own database."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings as django_settings
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, expect

from annotation.people.models import User
from annotation.projects.models import Project

OpenDesk = Callable[..., Page]


class _Watched:
    """What pages ask for and have not got, and what went wrong in them."""

    def __init__(self) -> None:
        self.problems: list[str] = []
        self.under_way: list[Request] = []

    def watch(self, page: Page) -> None:
        page.on("request", self._note_asked)
        page.on("requestfinished", self._note_answered)
        page.on("requestfailed", self._note_answered)
        page.on("pageerror", lambda error: self.problems.append(str(error)))
        page.on("console", self._read)

    # Playwright takes functions only, not the lists' own methods.
    def _note_asked(self, request: Request) -> None:
        self.under_way.append(request)

    def _note_answered(self, request: Request) -> None:
        self.under_way.remove(request)

    def _read(self, said: ConsoleMessage) -> None:
        if "Content Security Policy" in said.text:
            self.problems.append(said.text)


@contextmanager
def desk_windows(
    url: str,
    chromium: Browser,
    project: Project,
    person: User,
    *,
    shown: str = "#desk-work",
    address: str = "annotate/",
) -> Iterator[OpenDesk]:
    """A function that opens the desk, or another page of the project, in a window of its own and waits for `shown`.

    A script error or a breach of the content security policy fails the test at the end.
    """
    windows: list[BrowserContext] = []
    watched = _Watched()

    def open_window(user: User = person, query: str = "", *, script: str = "", **options: Any) -> Page:
        client = Client()
        client.force_login(user)
        context = chromium.new_context(base_url=url, **options)
        windows.append(context)
        name = django_settings.SESSION_COOKIE_NAME
        context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": url}])
        context.add_init_script(script)
        page = context.new_page()
        page.set_default_timeout(10_000)
        page.set_default_navigation_timeout(30_000)
        watched.watch(page)
        page.goto(f"/projects/{project.pk}/{address}{query}")
        expect(page.locator(shown)).to_be_visible()
        return page

    yield open_window
    for window in windows:
        # A call that is still at work would meet the emptying of the tables.
        while watched.under_way:
            window.pages[0].wait_for_timeout(50)
        window.close()
    assert watched.problems == []

"""A browser window as one person has it, and pictures of it that are small enough to keep beside the code."""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from django.conf import settings
from django.test import Client
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Page

from collabweb.stack.places import REPOSITORY
from tests.acceptance.screen_rows import person
from tests.acceptance.site import BASE_URL

FOLDER = REPOSITORY / "docs" / "screens"
HEIGHT = 860
COLORS = 200


@dataclass(frozen=True)
class View:
    language: str
    theme: Literal["light", "dark"]
    width: int = 1320

    @property
    def suffix(self) -> str:
        narrow = f"{self.width}-" if self.width != 1320 else ""
        return f"{narrow}{self.language}-{self.theme}"


@dataclass
class Studio:
    browser: Browser
    view: View
    name: str
    folder: Path = FOLDER
    windows: list[BrowserContext] = field(default_factory=list)

    @property
    def language(self) -> str:
        return self.view.language

    def window(self, who: str = "alice", *, script: str = "", **options: Any) -> Page:  # Any: of Playwright
        client = Client()
        client.force_login(person(who))
        context = self.browser.new_context(
            base_url=BASE_URL, locale="zh-CN" if self.language == "zh" else "en-US", color_scheme=self.view.theme,
            viewport={"width": self.view.width, "height": HEIGHT}, **options,
        )  # fmt: skip
        self.windows.append(context)
        cookie = client.cookies[settings.SESSION_COOKIE_NAME]
        context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": BASE_URL}])
        context.set_default_timeout(15_000)
        if script:
            context.add_init_script(script)
        return context.new_page()

    def page(self, path: str, who: str = "alice", **options: Any) -> Page:  # Any: of window()
        page = self.window(who, **options)
        page.goto(path)
        page.wait_for_load_state("load")
        return page

    def desk(self, project: int, *, wait: str = "#desk-work", **options: Any) -> Page:  # Any: of window()
        page = self.page(f"/projects/{project}/annotate/", **options)
        page.locator(wait).wait_for()
        if wait == "#desk-work":
            page.locator(".live[data-state=open]").wait_for(state="attached")
            page.locator(".sa-text").focus()
        return page

    def shoot(self, page: Page, *, name: str = "", full: bool = False) -> None:
        page.mouse.move(self.view.width / 2, 2)
        page.wait_for_timeout(350)
        wide = page.evaluate("() => document.documentElement.scrollWidth")
        if wide > self.view.width:
            print(f"scrolls sideways: {self.name} {self.view.suffix} {wide}", flush=True)
        picture = Image.open(io.BytesIO(page.screenshot(full_page=full)))
        small = picture.convert("RGB").quantize(
            COLORS, method=Image.Quantize.MAXCOVERAGE, kmeans=1, dither=Image.Dither.NONE
        )
        small.save(self.folder / f"{name or self.name}-{self.view.suffix}.png", optimize=True)


@contextmanager
def studio(browser: Browser, view: View, name: str, folder: Path) -> Iterator[Studio]:
    made = Studio(browser, view, name, folder)
    try:
        yield made
    finally:
        for context in made.windows:
            context.close()

"""What axe finds wrong on a page."""

from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

# Axe would copy imported style sheets into the page, which its policy forbids; no rule that runs here reads them.
OPTIONS = {"resultTypes": ["violations"], "preload": False}


def axe_violations(page: Page) -> list[dict[str, Any]]:  # Any: JSON of axe
    found: list[dict[str, Any]] = Axe().run(page, options=OPTIONS).response["violations"]
    return found

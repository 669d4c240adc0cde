"""Reports full of numbers: accessible in both languages and themes, not wider than the screen, with a way to print."""

import os
from typing import Literal

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Browser
from pytest_django.live_server_helper import LiveServer

from modelops.reports.build import REPORTS
from tests.browser.test_every_page import violations
from tests.modelops.reports.rows import a_busy_project

os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("reports_at_once"),
]

VIEWS: list[tuple[str, Literal["light", "dark"], int]] = [("en-US", "light", 1320), ("zh-CN", "dark", 390)]


def test_full_reports_are_accessible_and_fit(live_server: LiveServer, chromium: Browser) -> None:
    cast = a_busy_project()
    client = Client()
    client.force_login(cast.manager)
    name = settings.SESSION_COOKIE_NAME
    addresses = [reverse(f"report_{report}", args=[cast.project.pk]) for report in REPORTS]
    addresses.append(reverse("report_person", args=[cast.project.pk, cast.people[2].pk]))
    found = []

    for locale, theme, width in VIEWS:
        context = chromium.new_context(
            base_url=live_server.url, locale=locale, color_scheme=theme, viewport={"width": width, "height": 900}
        )
        context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": live_server.url}])
        page = context.new_page()
        for address in addresses:
            page.goto(address)
            wide = page.evaluate("() => document.documentElement.scrollWidth")
            found += [(address, locale, problem) for problem in violations(page)]
            found += [(address, locale, ("wide", [wide]))] if wide > width else []
            assert page.get_by_role("button", name="PDF").is_visible()
        context.close()

    assert found == []

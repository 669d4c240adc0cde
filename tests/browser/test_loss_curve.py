"""The loss of a running training grows on the open page, as a line and as a table."""

import os

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Browser, expect
from pytest_django.live_server_helper import LiveServer

from modelops.training.models import Run, RunState
from tests import make

# Playwright keeps an event loop in this thread, and Django would refuse its database there.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_the_curve_of_a_running_training_grows(live_server: LiveServer, chromium: Browser) -> None:
    project = make.project()
    run = Run.objects.create(
        project=project, state=RunState.RUNNING, heartbeat_at=timezone.now(), metrics={"losses": [[1, 2.0], [2, 1.5]]}
    )
    client, name = Client(), settings.SESSION_COOKIE_NAME
    client.force_login(project.created_by)
    window = chromium.new_context(base_url=live_server.url, locale="en-US")
    window.add_cookies([{"name": name, "value": client.cookies[name].value, "url": live_server.url}])
    page = window.new_page()
    page.goto(f"/projects/{project.pk}/runs/{run.pk}/")
    before = page.locator("loss-curve polyline").get_attribute("points") or ""
    assert len(before.split()) == 2

    Run.objects.filter(pk=run.pk).update(metrics={"losses": [[1, 4.0], [5, 2.0], [9, 1.0]]})

    curve = page.locator("loss-curve")
    expect(curve.locator("polyline")).to_have_attribute("points", "0.0,0.0 320.0,80.0 640.0,120.0", timeout=30_000)
    expect(curve.locator("[data-top]")).to_have_text("4.00")
    page.locator("loss-curve summary").click()
    expect(curve.locator("tbody tr").first).to_have_text("91.000")
    window.close()

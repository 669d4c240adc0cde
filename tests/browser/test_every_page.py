"""Every page: no accessibility violation in two languages and themes, no sideways scroll, all of it by keyboard."""

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Literal

import pytest
from django.conf import settings
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone
from playwright.sync_api import Browser, BrowserContext, Page
from pytest_django.live_server_helper import LiveServer

from annotation.annotations.models import Annotation, Status
from annotation.comments.models import Comment, Flag
from annotation.discussions.services import NewDiscussion, open_discussion
from annotation.documents.models import Document
from annotation.imports.models import Import, ImportState
from annotation.practice.models import PracticeItem
from annotation.projects.models import Membership, Project, Role
from tests import make
from tests.browser.axe import axe_violations
from tests.browser.page_rows import (
    a_forecast_and_an_erasure,
    a_gold_set,
    a_model,
    a_plan,
    a_preview,
    a_webhook,
    alerts_of,
    certificates_of,
    doubts_of,
    two_evaluated_versions,
    waiting_for_review,
)

# Playwright keeps an event loop in this thread, and Django would refuse its database there.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

VIEWS = [("en-US", "light", 1320), ("en-US", "dark", 390), ("zh-CN", "light", 390), ("zh-CN", "dark", 1320)]
SIGNED_OUT = ("account_login", "account_reset_password", "account_reset_password_done")

# Addresses that change something, answer programs, send elsewhere at once, or belong to packages' own steps.
NOT_PAGES = {
    *(
        "healthz",
        "metrics",
        "schema",
        "set_language",
        "choose_language",
        "delete_token",
        "guidelines_panel",
        "guidelines_seen",
    ),
    *(
        "revoke_certificate",
        "restore_certificate",
        "dismiss_suspect",
        "find_suspects",
        "change_starters",
        "measure_forecast",
        "run_without_erased",
        "remove_rule",
    ),
    *("roll_back", "promote_version", "start_run", "stop_run", "import-cancel", "change_webhook", "add_sample"),
    *("undo_agreeing", "resolve_discussion", "undo_plan"),
    *("change_alert", "change_alert_rule", "open_notification", "read_all", "choose_channels"),
    *("import-discard", "change_documents", "undo_change", "save_view", "change_view"),
    *("comment", "delete_comment", "resolve_flags", "add_practice", "draw_practice", "change_practice"),
    *("remove_member", "delete_project", "account_logout", "account_confirm_email", "account_set_password"),
    *("account_reset_password_from_key", "account_reset_password_from_key_done", "account_confirm_login_code"),
    *("account_signup", "mfa_authenticate", "mfa_deactivate_totp", "mfa_view_recovery_codes", "account_inactive"),
    *("mfa_generate_recovery_codes", "mfa_download_recovery_codes", "account_reauthenticate", "mfa_reauthenticate"),
    *("version_card_markdown", "version_card_json"),
    *(
        "account_email_verification_sent",
        "change_member",
        "change_review_share",
        "practice_person",
        "report_csv",
        "report_person_csv",
    ),
}
QUERIES = {
    "my_corrections": "?label_set=Category&label=delivery&kind=relabeled",
    "version_documents": "?label_set=Category&gold=delivery&answer=other",
}
# Pages whose address takes what that of another one takes.
SAME_ARGUMENTS = {"erase_document": "document"}


@dataclass
class Site:
    """Rows for every page."""

    project: Project
    arguments: dict[str, dict[str, Any]]

    def address(self, name: str) -> str:
        project = {"project_id": self.project.pk}
        parameters = parameters_of(name)
        own = self.arguments.get(SAME_ARGUMENTS.get(name, name), {})
        return reverse(name, kwargs={**(project if "project_id" in parameters else {}), **own}) + QUERIES.get(name, "")


def patterns(resolver: Any, outer: tuple[str, ...] = ()) -> Iterator[tuple[URLPattern, tuple[str, ...]]]:
    for entry in resolver.url_patterns:
        if isinstance(entry, URLResolver):
            if not str(entry.pattern).startswith(("api/", "admin/", "__")):
                yield from patterns(entry, (*outer, *entry.pattern.converters))
        else:
            yield entry, (*outer, *entry.pattern.converters)


def parameters_of(name: str) -> tuple[str, ...]:
    return next(found for entry, found in patterns(get_resolver()) if entry.name == name)


def page_names() -> list[str]:
    return sorted({entry.name for entry, _ in patterns(get_resolver()) if entry.name} - NOT_PAGES)


@pytest.fixture
def site() -> Site:
    project = make.project(name="Support 客服", practice_size=1, production_version=None)
    mia = project.created_by
    document = make.document(project, "Alice of Contoso paid €149.90 twice", external_id="en-1", meta={"lang": "en"})
    twin = make.document(project, "我是张伟，在𠮷野家😀付了6999元。", external_id="zh-1", meta={"lang": "zh"})
    answered = make.document(project, "Where is my parcel?", external_id="en-2")
    make.gold(answered, {"Category": "delivery", "Sentiment": "negative", "Entities": []})
    run, _ = a_model(project)
    for row in (document, twin, answered):
        make.prediction(row, {"Category": "billing", "Sentiment": "negative"}, version=1, confidence={})
    Annotation.objects.create(
        document=answered, user=mia, answer={"Category": "delivery"}, status=Status.SUBMITTED, seconds=4.5
    )
    Comment.objects.create(document=document, user=mia, text="Is this billing?", start=0, end=5)
    Flag.objects.create(document=document, user=mia, reason="unclear", created_at=timezone.now())
    PracticeItem.objects.create(project=project, document=answered, note="Parcels are delivery.", created_by=mia)
    Membership.objects.create(project=project, user=make.user("bob"), role=Role.ANNOTATOR)
    asked = NewDiscussion("Parcels 包裹?", "Is a parcel delivery?", "Category", "delivery")
    discussion = open_discussion(project=project, user=mia, new=asked)
    waiting_for_review(project)
    failed = Import.objects.create(
        project=project, created_by=mia, filename="bad.jsonl", format="jsonl", state=ImportState.FAILED,
        rejected=[{"row": 1, "line": 1, "field": "text", "code": "empty_text", "message": "The text is empty."}],
        rejected_count=1, error="1 row can't be imported.", error_code="invalid", finished_at=timezone.now(),
    )  # fmt: skip
    webhook = a_webhook(project)
    version = two_evaluated_versions(project)
    certificates_of(project)
    a_plan(project)
    a_forecast_and_an_erasure(project)
    doubts_of(project, answered)
    alert, _ = alerts_of(project)
    return Site(
        project,
        {
            "document": {"document_id": document.pk},
            "run": {"run_id": run.pk},
            "report_person": {"user_id": mia.pk},
            "alert": {"alert_id": alert.pk},
            "version": {"version_id": version.pk},
            "version_card": {"version_id": version.pk},
            "version_documents": {"version_id": version.pk},
            "import": {"import_id": failed.pk},
            "import-preview": {"import_id": a_preview(project).pk},
            "webhook": {"webhook_id": webhook.pk},
            "discussion": {"discussion_id": discussion.pk},
            "gold_set": {"gold_set_id": a_gold_set(project, twin).pk},
            "new_from_template": {"template": "tickets"},
        },
    )


Open = Callable[..., Page]
Theme = Literal["light", "dark"]


@pytest.fixture
def open_page(live_server: LiveServer, chromium: Browser, site: Site) -> Iterator[Open]:
    windows: list[BrowserContext] = []
    problems: list[str] = []

    def open_window(locale: str, theme: Theme, width: int, *, signed_in: bool = True) -> Page:
        context = chromium.new_context(
            base_url=live_server.url, locale=locale, color_scheme=theme, viewport={"width": width, "height": 860}
        )
        windows.append(context)
        if signed_in:
            client = Client()
            client.force_login(site.project.created_by)
            name = settings.SESSION_COOKIE_NAME
            context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": live_server.url}])
        page = context.new_page()
        page.set_default_timeout(15_000)
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.on("console", lambda said: problems.append(said.text) if "Content Security Policy" in said.text else None)
        return page

    yield open_window
    for window in windows:
        window.close()
    assert problems == []


def violations(page: Page) -> list[tuple[str, list[Any]]]:
    found = axe_violations(page)
    return [(entry["id"], [node["target"] for node in entry["nodes"]]) for entry in found]


@pytest.mark.parametrize("view", VIEWS, ids=lambda view: "-".join(map(str, view)))
def test_no_page_has_an_accessibility_violation_or_scrolls_sideways(
    open_page: Open, site: Site, view: tuple[str, str, int]
) -> None:
    inside, outside = open_page(*view), open_page(*view, signed_in=False)
    found: dict[str, Any] = {}

    for name in page_names():
        page = outside if name in SIGNED_OUT else inside
        answer = page.goto(site.address(name))
        page.wait_for_load_state("networkidle")
        status = answer.status if answer else 0
        wide = page.evaluate("() => document.documentElement.scrollWidth")
        problems = violations(page) + ([("scrolls sideways", [wide])] if wide > view[2] else [])
        if problems or status != 200:
            found[name] = (status, problems)

    assert found == {}


# Everything a person could use must be met on the way through the page by Tab, and must show that it has the focus.
REACHED = """() => {
    const usable = "a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex='0']";
    const isShown = (element) => element.checkVisibility({ visibilityProperty: true }) && !element.disabled
        && !element.closest("[inert]") && element.tabIndex >= 0;
    const groups = new Set();
    window.wanted = [...document.querySelectorAll(usable)].filter((element) => {
        if (!isShown(element)) return false;
        if (element.type !== "radio") return true;
        const key = element.form?.id + element.name;
        return !groups.has(key) && groups.add(key);
    });
    window.reached = new Set();
    return window.wanted.length;
}"""
STEP = """() => {
    const element = document.activeElement;
    if (!element || element === document.body) return null;
    const isTwin = (one) => one.type === "radio" && one.name === element.name;
    const key = element.type === "radio" ? window.wanted.find(isTwin) : element;
    window.reached.add(key ?? element);
    const rings = (one) => { const style = getComputedStyle(one);
        return (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0) || style.boxShadow !== "none"; };
    const around = [element, element.parentElement, element.labels?.[0]].filter(Boolean);
    const shows = around.some(rings);
    return shows ? "" : element.outerHTML.slice(0, 160);
}"""
MISSED = "() => window.wanted.filter((one) => !window.reached.has(one)).map((one) => one.outerHTML.slice(0, 160))"


def test_every_control_of_every_page_is_reached_by_tab_and_shows_it(open_page: Open, site: Site) -> None:
    inside, outside = (open_page("en-US", "light", 1320, signed_in=flag) for flag in (True, False))
    missed: dict[str, list[str]] = {}

    for name in page_names():
        page = outside if name in SIGNED_OUT else inside
        page.goto(site.address(name))
        page.wait_for_load_state("networkidle")
        page.evaluate("() => document.activeElement?.blur()")
        count = page.evaluate(REACHED)
        without_ring: list[str] = []
        for _ in range(count + 8):
            page.keyboard.press("Tab")
            shown = page.evaluate(STEP)
            if shown:
                without_ring.append(f"no ring: {shown}")
        if problems := page.evaluate(MISSED) + without_ring:
            missed[name] = problems

    assert missed == {}


def test_an_address_is_either_a_page_here_or_named_as_none(site: Site) -> None:
    names = page_names()

    assert len(names) > 20
    assert all(site.address(name).startswith("/") for name in names)
    assert Document.objects.exists()

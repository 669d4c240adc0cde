"""The pages on which managers watch and plan: alerts, the inbox, the planner, gold sets, forecasts."""

from datetime import timedelta

from django.utils import timezone

from annotation.alerts.models import Alert, NotificationChoice
from annotation.documents.models import Document
from annotation.planning.services import save_plan
from annotation.plans.rules import Rule, RuleKind, Which
from annotation.projects.models import Project
from tests import make
from tests.acceptance import screen_rows as rows
from tests.acceptance.screen_camera import Studio
from tests.acceptance.screen_pages import PAGES
from tests.acceptance.screen_register import NARROW, State
from tests.acceptance.screen_texts import NEXT, unmarked
from tests.browser.page_rows import a_forecast_and_an_erasure, a_gold_set, alerts_of


def _shown(studio: Studio, path: str) -> None:
    page = studio.page(path, "mia")
    page.wait_for_load_state("networkidle")
    studio.shoot(page)


def _alerted(studio: Studio) -> Alert:
    """The open one of several in a new project."""
    NotificationChoice.objects.filter(user=rows.person("mia")).delete()
    opened, _closed = alerts_of(rows.tickets(studio.language))
    return opened


def _alerts(studio: Studio) -> None:
    _shown(studio, f"/projects/{_alerted(studio).project_id}/alerts/")


def _alert(studio: Studio) -> None:
    opened = _alerted(studio)
    _shown(studio, f"/projects/{opened.project_id}/alerts/{opened.pk}/")


def _inbox(studio: Studio) -> None:
    _alerted(studio)
    _shown(studio, "/account/inbox/")


def _planned(made: Project) -> None:
    alice, bob = rows.person("alice").pk, rows.person("bob").pk
    rules = [
        Rule(RuleKind.LANGUAGE),
        Rule(RuleKind.OVERLAP, Which(share=0.2), number=2),
        Rule(RuleKind.DEADLINE, until=timezone.now() + timedelta(days=2)),
        Rule(RuleKind.LOAD, most_open=10),
    ]
    save_plan(project=made, user=made.created_by, rules=rules, languages={alice: ["en"], bob: ["zh", "en"]})


def _planner(studio: Studio) -> None:
    made = rows.tickets(studio.language)
    _planned(made)
    _shown(studio, f"/projects/{made.pk}/planner/")


def _forecast(studio: Studio) -> None:
    """As much gold as the curve was measured with, test documents besides."""
    made = rows.tickets(studio.language)
    for number in range(410):
        make.gold(make.document(made, f"Ticket 工单 {number}"), {"Category": "billing"})
    a_forecast_and_an_erasure(made)
    _shown(studio, f"/projects/{made.pk}/forecast/?target=0.9")


def _gold_set(studio: Studio) -> None:
    """A set that two people have answered for four weeks."""
    made, english = rows.tickets(studio.language), studio.language == "en"
    gold_set = a_gold_set(made, made.documents.earliest("pk"), "alice")
    gold_set.name = "Hard cases" if english else "疑难工单"
    gold_set.save()
    for place, item in enumerate(gold_set.items.order_by("pk")):
        text, _spans = unmarked(NEXT[studio.language][place % 5])
        Document.objects.filter(pk=item.document_id).update(text=text)
    _shown(studio, f"/projects/{made.pk}/gold-sets/{gold_set.pk}/")


MANAGING: dict[str, State] = {
    "alerts": _alerts,
    "alert": _alert,
    "inbox": _inbox,
    "planner": _planner,
    "forecast": _forecast,
    "gold-set": _gold_set,
}
PAGES |= MANAGING
NARROW |= set(MANAGING)

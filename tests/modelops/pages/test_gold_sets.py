"""Gold sets on their pages and over the API: made, filled, retired, and how right people are."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from annotation.audit.models import AuditEntry
from annotation.people.models import User
from annotation.practice.gold_sets import Answered
from annotation.practice.models import GoldSet, PracticeAttempt, PracticeItem
from annotation.projects.models import Project, Role
from modelops.pages.gold_sets import weeks_of
from tests import make

pytestmark = pytest.mark.django_db
MONDAY = datetime(2026, 1, 5, tzinfo=UTC)


@pytest.fixture
def project() -> Project:
    made = make.project()
    for place in range(6):
        row = make.document(made, f"known {place}", slots=0, meta={"lang": ("en", "zh")[place % 2]})
        make.gold(row, {"Category": ("billing", "delivery")[place % 2], "Sentiment": "neutral"})
    make.document(made, "without gold")
    return made


@pytest.fixture
def mia(client: Client, project: Project) -> Client:
    client.force_login(project.created_by)
    return client


@pytest.fixture
def api(project: Project) -> APIClient:
    return make.client(project.created_by)


def answered(gold_set: GoldSet, person: User, right: list[bool]) -> None:
    items = [
        PracticeItem.objects.create(
            project=gold_set.project, document=make.document(gold_set.project, f"more {place} {person}", slots=0),
            kind="hidden", gold_set=gold_set, created_by=gold_set.created_by,
        )
        for place in range(len(right))
    ]  # fmt: skip
    for item, is_right in zip(items, right, strict=True):
        PracticeAttempt.objects.create(
            project=gold_set.project, user=person, item=item, round=0, score=float(is_right), is_right=is_right
        )


def test_a_set_is_made_filled_by_label_and_emptied_on_its_page(mia: Client, project: Project) -> None:
    made = mia.post(f"/projects/{project.pk}/gold-sets/", {"name": "Bills", "share": "2.5"})

    gold_set = GoldSet.objects.get()
    page = f"/projects/{project.pk}/gold-sets/{gold_set.pk}/"
    assert (made.status_code, made.headers["Location"], gold_set.share) == (302, page, 0.025)
    mia.post(page, {"verb": "add", "label": "billing", "count": "2"})
    assert gold_set.items.filter(is_active=True).count() == 2
    mia.post(page, {"verb": "add", "count": "50"})
    items = list(gold_set.items.filter(is_active=True).values_list("document", flat=True))
    assert len(items) == 6
    mia.post(page, {"verb": f"remove:{items[0]}"})
    assert gold_set.items.filter(is_active=True).count() == 5
    mia.post(page, {"verb": "retire"})
    mia.post(page, {"verb": "save", "name": "Bills 2", "share": "3"})
    gold_set.refresh_from_db()
    assert (gold_set.name, gold_set.share, gold_set.retired_at is None) == ("Bills 2", 0.03, False)
    assert AuditEntry.objects.filter(table="annotation_goldset", actor="mia").count() >= 3


@pytest.mark.parametrize(
    "given", [{"name": "", "share": "1"}, {"name": "x", "share": "51"}, {"name": "x", "share": "a"}]
)
def test_a_form_with_errors_makes_no_set(mia: Client, project: Project, given: dict[str, str]) -> None:
    assert mia.post(f"/projects/{project.pk}/gold-sets/", given).status_code == 422
    assert not GoldSet.objects.exists()


def test_the_api_makes_fills_and_tells_a_set(api: APIClient, project: Project) -> None:
    made = api.post(f"/api/v1/projects/{project.pk}/gold-sets/", {"name": "Bills", "share": 0.1}, format="json")
    url = f"/api/v1/gold-sets/{made.json()['id']}/"

    filled = api.post(f"{url}documents/", {"filter": {"language": "zh"}}, format="json").json()
    gold_set, alice = GoldSet.objects.get(), make.member(project, "alice")
    answered(gold_set, alice, [True] * 3 + [False])

    assert (made.status_code, filled) == (201, {"added": 3, "removed": 0})
    told = api.get(url).json()
    [person] = told["people"]
    assert (person["username"], person["answers"], person["right"], person["share_right"]) == ("alice", 4, 3, 0.75)
    assert 0.3 < person["low"] < 0.75 < person["high"] < 0.96
    ids = list(gold_set.items.filter(document__gold__isnull=False).values_list("document", flat=True))
    assert api.post(f"{url}documents/", {"remove": ids[:2]}, format="json").json() == {"added": 0, "removed": 2}
    changed = api.patch(url, {"share": 0.2, "retired": True}, format="json").json()
    assert (changed["share"], changed["documents"], changed["retired_at"] is None) == (0.2, 1, False)
    wrong = api.post(f"/api/v1/projects/{project.pk}/gold-sets/", {"name": "Bills", "share": 0}, format="json")
    assert (wrong.status_code, wrong.json()["errors"][0]["code"]) == (422, "unique")
    bad = api.post(f"{url}documents/", {"filter": {"state": "lost"}}, format="json")
    assert (bad.status_code, bad.json()["errors"][0]["code"]) == (422, "bad_choice")


def test_who_became_worse_is_told_on_the_page_and_over_the_api(mia: Client, api: APIClient, project: Project) -> None:
    gold_set = GoldSet.objects.create(project=project, name="One", created_by=project.created_by)
    answered(gold_set, make.member(project, "alice"), [True] * 40 + [False] * 20)
    answered(gold_set, make.member(project, "bob"), [True] * 60)

    decays = api.get(f"/api/v1/projects/{project.pk}/gold-sets/").json()["decays"]

    assert [(row["username"], row["kind"], row["recent_right"], row["block"]) for row in decays] == [
        ("alice", "below_mark", 0, 3),
        ("alice", "below_own", 0, 3),
    ]
    page = mia.get(f"/projects/{project.pk}/gold-sets/").content.decode()
    assert "alice became worse: 0 of the last 20 right, before that 40 of 40." in page
    assert "bob" not in page


def test_weeks_begin_on_monday_and_have_intervals() -> None:
    given = [Answered(1, MONDAY + timedelta(days=day), day != 8, 1.0) for day in (0, 6, 7, 8, 13)]

    weeks = weeks_of(given)

    assert [(week.monday.isoformat(), week.answers, week.right) for week in weeks] == [
        ("2026-01-05", 2, 2),
        ("2026-01-12", 3, 2),
    ]
    assert weeks[1].point.low < 2 / 3 < weeks[1].point.high


def test_a_stranger_finds_nothing_and_only_managers_see_gold_sets(client: Client, project: Project) -> None:
    gold_set = GoldSet.objects.create(project=project, name="One", created_by=project.created_by)
    alice, rui = make.member(project, "alice"), make.member(project, "rui", Role.REVIEWER)
    urls = [f"projects/{project.pk}/gold-sets/", f"gold-sets/{gold_set.pk}/"]
    for person, status in ((make.user("stranger"), 404), (alice, 403), (rui, 403)):
        client.force_login(person)
        for page in (urls[0], f"{urls[0]}{gold_set.pk}/"):
            assert client.get(f"/{page}").status_code == status
            assert client.post(f"/{page}", {"verb": "retire"}).status_code == status
        for url in urls:
            assert make.client(person).get(f"/api/v1/{url}").status_code == status
        changes = make.client(person).post(f"/api/v1/{urls[1]}documents/", {}, format="json")
        assert changes.status_code == status
    gold_set.refresh_from_db()
    assert gold_set.retired_at is None


@pytest.mark.parametrize("number", [1, 12])
def test_the_pages_cost_the_same_number_of_statements(mia: Client, project: Project, number: int) -> None:
    for place in range(number):
        gold_set = GoldSet.objects.create(project=project, name=f"{place}", created_by=project.created_by)
        answered(gold_set, make.member(project, f"person{place}"), [True, False])
    first = GoldSet.objects.earliest("pk")
    counts = []
    for url in ("", f"{first.pk}/"):
        with CaptureQueriesContext(connection) as done:
            mia.get(f"/projects/{project.pk}/gold-sets/{url}")
        counts.append(len(done.captured_queries))

    assert counts == [6, 10]

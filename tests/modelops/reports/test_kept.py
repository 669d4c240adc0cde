"""Pages show what workers kept, ask for newer figures, and never calculate themselves."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from annotation.annotations.models import Annotation
from annotation.quality.services import refresh
from modelops import tasks
from modelops.reports import job, kept
from modelops.reports.kept import Wish, kept_report
from tests.conftest import Messages
from tests.modelops.reports.rows import Cast, a_busy_project

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    cache.clear()
    return a_busy_project(24)


@pytest.fixture
def reader(cast: Cast, client: Client) -> Client:
    client.force_login(cast.manager)
    return client


def page_of(cast: Cast, reader: Client, query: str = "") -> Any:  # Any: the test client's answer
    return reader.get(reverse("report_work", args=[cast.project.pk]) + query)


def asked_for(sent: Messages) -> list[dict[str, Any]]:  # Any: of several types
    return [dict(arguments[0]) for name, arguments in sent if name == tasks.make_report.name]  # type: ignore[call-overload]


def worked_off(sent: Messages) -> None:
    for wish in asked_for(sent):
        tasks.make_report(wish)
    sent.clear()


def test_the_first_reader_sees_how_far_a_worker_is(cast: Cast, reader: Client, sent_messages: Messages) -> None:
    page = page_of(cast, reader)
    again = page_of(cast, reader)

    assert "<report-progress" in page.content.decode()
    assert page.context["found"].kept is None
    # Asked twice, sent once.
    assert [wish["name"] for wish in asked_for(sent_messages)] == ["work"]
    assert again.status_code == 200


def test_the_page_s_own_question_tells_progress_and_the_end(
    cast: Cast, reader: Client, sent_messages: Messages
) -> None:
    before = page_of(cast, reader, "?progress=1").json()
    kept.tell_progress(Wish(cast.project.pk, "work", "", "en"), 0.4)
    under_way = page_of(cast, reader, "?progress=1").json()
    worked_off(sent_messages)
    after = page_of(cast, reader, "?progress=1").json()

    assert before == {"progress": 0.0, "made_at": None, "is_changed": False}
    assert under_way["progress"] == 0.4
    assert after["made_at"] is not None


def test_new_answers_show_the_older_figures_until_there_are_newer(
    cast: Cast, reader: Client, sent_messages: Messages
) -> None:
    page_of(cast, reader)
    worked_off(sent_messages)
    first = page_of(cast, reader)
    one = Annotation.objects.filter(document__project=cast.project).first()
    assert one is not None
    Annotation.objects.filter(pk=one.pk).update(seconds=9)
    refresh(cast.project.pk)

    older = page_of(cast, reader)
    asked = asked_for(sent_messages)
    worked_off(sent_messages)
    newer = page_of(cast, reader)

    assert not first.context["found"].is_changed
    assert older.context["found"].is_changed
    assert [wish["name"] for wish in asked] == ["work"]
    assert not newer.context["found"].is_changed
    assert newer.context["found"].kept.made_at > older.context["found"].kept.made_at


def test_a_filter_has_a_report_of_its_own(cast: Cast, reader: Client, sent_messages: Messages) -> None:
    page_of(cast, reader)
    worked_off(sent_messages)

    page = page_of(cast, reader, "?language=zh")

    assert page.context["found"].kept is None
    assert [wish["query"] for wish in asked_for(sent_messages)] == ["language=zh"]


def test_what_somebody_reads_is_calculated_again_after_a_change_and_nothing_else(
    cast: Cast, reader: Client, sent_messages: Messages, monkeypatch: pytest.MonkeyPatch
) -> None:
    renewals = [arguments for name, arguments in sent_messages if name == tasks.renew_reports.name]
    page_of(cast, reader)
    worked_off(sent_messages)
    made = kept_report(Wish(cast.project.pk, "work", "", "en"))
    Annotation.objects.filter(document__project=cast.project).update(seconds=9)
    refresh(cast.project.pk)

    tasks.renew_reports(cast.project.pk)
    soon = kept_report(Wish(cast.project.pk, "work", "", "en"))
    monkeypatch.setattr(job, "LEAST_SECONDS", 0.0)
    monkeypatch.setattr(job, "SHARE_OF_TIME", 0)
    tasks.renew_reports(cast.project.pk)
    later = kept_report(Wish(cast.project.pk, "work", "", "en"))

    assert renewals == [(cast.project.pk,)]
    assert made is not None
    assert soon is not None
    assert soon.made_at == made.made_at
    assert later is not None
    assert later.made_at > made.made_at
    assert kept_report(Wish(cast.project.pk, "agreement", "", "en")) is None


def test_what_is_fresh_is_not_calculated_twice(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    wish = Wish(cast.project.pk, "work", "", "en")
    job.make(wish)
    times = [made_at(wish)]

    job.make(wish)
    times.append(made_at(wish))
    monkeypatch.setattr(timezone, "now", lambda now=timezone.now: now() + timedelta(minutes=2))
    job.make(wish)
    times.append(made_at(wish))

    assert times[0] == times[1] < times[2]


def made_at(wish: Wish) -> datetime:
    found = kept_report(wish)
    assert found is not None
    return found.made_at


def test_a_table_of_a_report_that_is_not_there_yet_leads_to_its_page(cast: Cast, reader: Client) -> None:
    answer = reader.get(reverse("report_csv", args=[cast.project.pk, "work", "pace"]))

    assert answer.status_code == 303
    assert answer["Location"] == reverse("report_work", args=[cast.project.pk])


def test_words_are_in_the_reader_s_language(cast: Cast) -> None:
    for language in ("en", "zh-hans"):
        job.make(Wish(cast.project.pk, "work", "", language))

    titles = []
    for language in ("en", "zh-hans"):
        found = kept_report(Wish(cast.project.pk, "work", "", language))
        assert found is not None
        titles.append(found.report.sections[0].title)

    assert titles[0] == "Queue and forecast"
    assert titles[0] != titles[1]

"""`GET quality/`: the figures that the pages draw, and those of an independent calculation on real ratings."""

import json
from collections import Counter, defaultdict
from itertools import permutations
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.urls import reverse

from annotation.projects.models import Role
from annotation.quality.services import refresh
from tests import make
from tests.modelops.reports.rows import a_busy_project

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reports_at_once")]

SCALE = [str(step) for step in range(-4, 5)]
DOCUMENTS = 30
Units = list[list[int]]


def ratings(shared: Path, count: int) -> Units:
    with (shared / "data" / "sentiment_en_vader_tweets.jsonl").open(encoding="utf-8") as lines:
        return [json.loads(line)["ratings"] for line, _ in zip(lines, range(count), strict=False)]


def by_hand(units: Units, level: str) -> float:
    """Krippendorff's alpha straight from its definition: every ordered pair of values."""
    pairs: defaultdict[tuple[int, int], float] = defaultdict(float)
    for unit in units:
        for one, other in permutations(unit, 2):
            pairs[one, other] += 1 / (len(unit) - 1)
    totals = Counter(value for unit in units for value in unit)
    whole = sum(totals.values())
    observed = sum(weight * distance(one, other, level, totals) for (one, other), weight in pairs.items())
    expected = sum(
        totals[one] * totals[other] * distance(one, other, level, totals) for one in totals for other in totals
    )
    return 1 - observed * (whole - 1) / expected


def distance(one: int, other: int, level: str, totals: Counter[int]) -> float:
    if level == "nominal":
        return float(one != other)
    if level == "interval":
        return float((one - other) ** 2)
    low, high = sorted((one, other))
    between = sum(totals[value] for value in range(low, high + 1))
    return float((between - (totals[one] + totals[other]) / 2) ** 2)


def kappa_by_hand(units: Units) -> tuple[float, float, float]:
    """Percent, Fleiss' kappa, Gwet's AC1; everybody rated everything."""
    people = len(units[0])
    same = [sum(one == other for one, other in permutations(unit, 2)) / (people * (people - 1)) for unit in units]
    percent = sum(same) / len(units)
    totals = Counter(value for unit in units for value in unit)
    shares = [number / (people * len(units)) for number in totals.values()]
    fleiss = sum(share**2 for share in shares)
    gwet = sum(share * (1 - share) for share in shares) / (len(shares) - 1)
    return percent, (percent - fleiss) / (1 - fleiss), (percent - gwet) / (1 - gwet)


def resampled(units: Units, level: str) -> tuple[float, float]:
    """The same thousand draws of documents, each calculated by hand; distances don't depend on the draw here."""
    draws = np.random.default_rng(0).integers(0, len(units), size=(1_000, len(units)))
    unlike = [
        sum(distance(one, other, level, Counter()) for one, other in permutations(unit, 2)) / (len(unit) - 1)
        for unit in units
    ]
    found = []
    for draw in draws.tolist():
        totals = Counter(value for place in draw for value in units[place])
        expected = sum(totals[a] * totals[b] * distance(a, b, level, totals) for a in totals for b in totals)
        found.append(1 - sum(unlike[place] for place in draw) * (sum(totals.values()) - 1) / expected)
    low, high = np.percentile(found, [2.5, 97.5])
    return float(low), float(high)


@pytest.mark.slow
def test_twenty_people_s_ratings_sent_by_api_give_the_figures_of_an_independent_calculation(shared: Path) -> None:
    units = ratings(shared, DOCUMENTS)
    project = make.project(label_sets=[{"name": "Rating", "kind": "choice", "labels": SCALE}], overlap=20, review="all")
    documents = [make.document(project, f"Tweet {place}") for place in range(len(units))]
    for person in range(20):
        client = make.client(make.member(project, f"rater{person:02}"))
        for document, unit in zip(documents, units, strict=True):
            body = {"answer": {"Rating": str(unit[person])}, "seconds": 3, "status": "submitted"}
            assert client.put(f"/api/v1/documents/{document.pk}/annotation/", body, format="json").status_code == 200
    refresh(project.pk)

    answer = make.client(project.created_by).get(f"/api/v1/projects/{project.pk}/quality/?report=agreement").json()

    figures = answer["agreement"]["Rating"]["figures"]
    percent, fleiss, ac1 = kappa_by_hand(units)
    expected = {"percent": percent, "fleiss_kappa": fleiss, "ac1": ac1, "alpha": by_hand(units, "nominal")}
    expected |= {"alpha_ordinal": by_hand(units, "ordinal"), "alpha_interval": by_hand(units, "interval")}
    assert {code: figures[code]["value"] for code in expected} == pytest.approx(expected, abs=1e-6)
    for code, level in (("alpha", "nominal"), ("alpha_interval", "interval")):
        low, high = resampled(units, level)
        assert (figures[code]["low"], figures[code]["high"]) == pytest.approx((low, high), abs=1e-6)


def test_pages_and_api_tell_the_same_figures() -> None:
    cast = a_busy_project()

    answer = make.client(cast.manager).get(f"/api/v1/projects/{cast.project.pk}/quality/?from=2026-09-01").json()

    assert answer["asked"] == {"from": "2026-09-01"}
    reports: dict[str, Any] = answer["reports"]  # Any: JSON
    assert list(reports) == ["overview", "work", "agreement", "people", "corrections", "model", "topics", "drift"]
    pace = reports["work"]["pace"]["tables"]["pace"]
    assert [row["name"] for row in pace] == ["ann", "ben", "cy"]
    assert [row["documents"] for row in pace] == [120, 120, 60]
    assert all("figure=" in row["open"]["documents"] for row in pace)
    assert set(answer["agreement"]) == {"Category", "Sentiment", "Entities"}
    assert answer["agreement"]["Entities"]["figures"]["f1"]["value"] < 1


def test_a_report_alone_is_enough_and_an_unknown_one_is_refused() -> None:
    cast = a_busy_project(24)
    client = make.client(cast.manager)

    one = client.get(f"/api/v1/projects/{cast.project.pk}/quality/?report=work").json()
    wrong = client.get(f"/api/v1/projects/{cast.project.pk}/quality/?report=gossip&from=then")

    assert list(one["reports"]) == ["work"]
    assert wrong.status_code == 422
    assert [error["code"] for error in wrong.json()["errors"]] == ["bad_time", "bad_choice"]


def test_a_figure_that_is_not_defined_is_null_with_its_interval() -> None:
    project = make.project()

    answer = make.client(project.created_by).get(f"/api/v1/projects/{project.pk}/quality/?report=work")

    rate = answer.json()["reports"]["work"]["queue"]["numbers"][1]
    assert (rate["value"], rate["low"], rate["high"]) == (None, None, None)


def test_annotators_are_refused_and_strangers_see_nothing() -> None:
    project = make.project()
    address = reverse("api-quality", args=[project.pk])

    assert make.client(make.member(project, "ann")).get(address).status_code == 403
    assert make.client(make.member(project, "rui", Role.REVIEWER)).get(address).status_code == 200
    assert make.client(make.user("eve")).get(address).status_code == 404


def test_people_read_their_own_figures_and_nobody_else_s() -> None:
    cast = a_busy_project(24)
    ann, ben, _cy = cast.people
    address = reverse("api-quality-person", args=[cast.project.pk, ann.pk])

    own = make.client(ann).get(address)

    assert own.status_code == 200
    assert own.json()["sections"]["person"]["numbers"][0]["value"] == 24
    assert "ben" not in own.content.decode()
    assert make.client(ben).get(address).status_code == 403
    assert make.client(cast.manager).get(address).json() == own.json()
    assert make.client(make.user("eve")).get(address).status_code == 404

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotation.documents import filters
from annotation.documents.filters import DocumentFilter, parse, readings
from annotation.documents.models import State


def test_every_filter_is_read_and_other_names_are_left_alone() -> None:
    query = {
        "q": "late order",
        "state": "gold",
        "label": "billing",
        "predicted": "delivery",
        "confidence_below": "0.6",
        "confidence_above": "0",
        "version": "v3",
        "disagreement": "people",
        "person": "alice",
        "talk": "flagged",
        "language": "zh",
        "external_id": "a-1",
        "since": "2026-01-31T12:00:00+08:00",
        "until": "2026-02-01",
        "ids": "3, 1,3",
        "meta.channel": "app",
        "cursor": "a7",
        "limit": "10",
    }

    asked, problems = parse(query.items())

    assert problems == []
    assert asked == DocumentFilter(
        q="late order",
        state="gold",
        label="billing",
        predicted="delivery",
        confidence_below=0.6,
        confidence_above=0.0,
        version=3,
        disagreement="people",
        person="alice",
        talk="flagged",
        language="zh",
        external_id="a-1",
        since=datetime(2026, 1, 31, 4, tzinfo=UTC),
        until=datetime(2026, 2, 2, tzinfo=UTC),
        ids=(3, 1),
        meta=(("channel", "app"),),
    )


@pytest.mark.parametrize(
    ("name", "raw", "code"),
    [
        ("state", "old", "bad_choice"),
        ("talk", "loud", "bad_choice"),
        ("disagreement", "me", "bad_choice"),
        ("confidence_below", "nan", "bad_number"),
        ("confidence_above", "1.5", "bad_number"),
        ("version", "0", "bad_number"),
        ("version", "99999999999", "bad_number"),
        ("ids", "1,,2", "bad_number"),
        ("ids", ",".join(map(str, range(1, 502))), "too_many"),
        ("since", "2026-01-31T12:00:00", "bad_time"),
        ("until", "yesterday", "bad_time"),
        ("until", "9999-12-31", "bad_time"),
        ("q", "a\0b", "nul_char"),
        ("meta.a\0", "b", "nul_char"),
        ("person", "\ud800", "lone_surrogate"),
        ("label", "x" * 1_001, "too_long"),
    ],
)
def test_what_is_wrong_is_told_and_left_out(name: str, raw: str, code: str) -> None:
    asked, problems = parse([(name, raw), ("language", "en")])

    assert [problem.code for problem in problems] == [code]
    assert asked == DocumentFilter(language="en")


def test_all_problems_come_at_once() -> None:
    _, problems = parse({"state": "x", "version": "x", "since": "x"}.items())

    assert [problem.field for problem in problems] == ["state", "version", "since"]


def test_the_states_are_those_of_documents() -> None:
    assert list(filters.STATES) == State.values


def test_a_value_of_meta_is_read_in_every_way_it_may_be_meant() -> None:
    assert readings("true") == ["true", True]
    assert readings("12") == ["12", 12]
    assert readings("-1.5") == ["-1.5", -1.5]
    assert readings("1e9") == ["1e9"]
    assert readings("١٢") == ["١٢"]


@given(st.lists(st.tuples(st.sampled_from(["q", "since", "ids", "version", "confidence_below", "meta.k"]), st.text())))
def test_no_query_string_breaks_it(pairs: list[tuple[str, str]]) -> None:
    asked, problems = parse(pairs)

    assert asked.is_empty or any(raw for _, raw in pairs)
    assert all(problem.field and problem.message for problem in problems)

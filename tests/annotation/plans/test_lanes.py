"""What the rules make of a document, and who may take it."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from annotation.plans.lanes import DocumentFacts, SkillAsked, Taker, Terms, lanes_for, refusal, route
from annotation.plans.languages import detected, language_code, language_of
from annotation.plans.rules import Rule, RuleKind, Which, from_stored, load_of, room_in

NOW = datetime(2026, 1, 1, 12, tzinfo=UTC)
LATER = NOW + timedelta(days=2)


def facts(
    language: str = "en", place: float = 0.5, predicted: frozenset[str] = frozenset(), **meta: Any
) -> DocumentFacts:
    return DocumentFacts(1, language, meta, lambda _purpose: place, predicted)


def test_of_each_kind_the_first_rule_that_fits_counts_and_kinds_add_up() -> None:
    rules = [
        Rule(RuleKind.PEOPLE, Which(meta=(("channel", "phone"),)), people=(1,)),
        Rule(RuleKind.PEOPLE, people=(2,), until=LATER),
        Rule(RuleKind.LANGUAGE),
        Rule(RuleKind.OVERLAP, Which(share=0.4), number=3),
        Rule(RuleKind.DEADLINE, Which(predicted="refund"), until=LATER),
    ]

    phone = route(facts(channel="phone"), rules)
    other = route(facts("zh", place=0.39, predicted=frozenset({"refund"})), rules)

    assert (phone.terms, phone.overlap) == (Terms(people=(1,), language="en"), None)
    assert (other.terms, other.overlap) == (Terms(people=(2,), until=LATER, language="zh", due=LATER), 3)


@pytest.mark.parametrize(
    ("terms", "taker", "expected"),
    [
        (Terms(), Taker(1), ""),
        (Terms(people=(2,)), Taker(1), "people"),
        (Terms(people=(2,), until=LATER), Taker(1), "people"),
        (Terms(people=(2,), until=NOW), Taker(1), ""),
        (Terms(language="zh"), Taker(1), ""),
        (Terms(language="zh"), Taker(1, frozenset({"en"})), "language"),
        (Terms(language="zh"), Taker(1, frozenset({"en", "zh"})), ""),
        (Terms(skill=SkillAsked("Category", "", 0.8)), Taker(1), "skill"),
        (Terms(skill=SkillAsked("Category", "", 0.8, True)), Taker(1), ""),
        (Terms(skill=SkillAsked("Category", "", 0.8, True)), Taker(1, None, {("Category", ""): 0.7}), "skill"),
        (Terms(skill=SkillAsked("Category", "x", 0.8)), Taker(1, None, {("Category", "x"): 0.8}), ""),
    ],
)
def test_a_person_is_refused_for_what_they_do_not_meet(terms: Terms, taker: Taker, expected: str) -> None:
    assert refusal(terms, taker, NOW) == expected


def test_lanes_with_the_nearest_deadline_ahead_come_first() -> None:
    lanes = {
        1: Terms(),
        2: Terms(due=LATER),
        3: Terms(due=NOW + timedelta(hours=1)),
        4: Terms(due=NOW),
        5: Terms(people=(9,)),
    }

    assert lanes_for(lanes, Taker(1), NOW) == [(1, 2), (2, 1), (3, 0), (4, 2)]


def test_rules_and_terms_come_back_from_the_database_as_they_were() -> None:
    which = Which("zh", (("channel", "phone"),), "refund", 0.25)
    rules = [
        Rule(RuleKind.PEOPLE, which, people=(3, 1), until=LATER),
        Rule(RuleKind.SKILL, label_set="Category", label="refund", at_least=0.8, takes_unknown=True),
        Rule(RuleKind.LOAD, people=(1,), most_open=5, most_a_day=100),
        Rule(RuleKind.OVERLAP, number=3),
    ]
    terms = Terms((1,), LATER, SkillAsked("Category", "", 0.8), "zh", NOW)

    assert [from_stored(rule.as_json()) for rule in rules] == rules
    assert Terms.from_json(terms.as_json()) == terms


def test_load_is_that_of_the_first_rule_for_the_person() -> None:
    rules = [Rule(RuleKind.LOAD, people=(7,), most_open=2), Rule(RuleKind.LOAD, most_open=10, most_a_day=12)]

    assert [room_in(load_of(rules, 7), 1, 500), room_in(load_of(rules, 8), 1, 11), room_in(None, 99, 99)] == [
        1,
        1,
        None,
    ]
    assert room_in(load_of(rules, 8), 11, 0) == 0


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Where is my order? It was to be here on Monday.", "en"),
        ("我的订单在哪里？Order 1234 from Contoso", "zh"),
        ("ご注文はどこですか。東京", "ja"),
        ("Где мой заказ?", "ru"),
        ("Wo ist meine Bestellung? Sie ist nicht da, und ich habe bezahlt.", "de"),
        ("Où est ma commande ? Elle n'est pas dans la boîte.", "fr"),
        ("1234", ""),
        ("Contoso GmbH", ""),
    ],
)
def test_a_language_is_told_by_letters_or_small_words(text: str, expected: str) -> None:
    assert detected(text) == expected


def test_what_a_document_says_comes_before_its_project_and_both_before_its_text() -> None:
    assert language_of({"lang": "zh-Hans"}, "the text of", "de") == "zh"
    assert language_of({}, "the text of", "de") == "de"
    assert language_of({"language": 7}, "the text of") == "en"
    assert [language_code(said) for said in ("EN", "pt-BR", "english", "", None)] == ["en", "pt", "", "", ""]

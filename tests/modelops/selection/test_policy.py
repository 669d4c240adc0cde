"""What orders a queue, by what is known of a project."""

import pytest

from modelops.selection.policy import FUNCTIONS, NEED_DOUBTS, NEED_VECTORS, Decision, Facts, Question, decide
from modelops.selection.words import REASON_WORDS, function_words, reason_words

TOPIC = Question("Topic", "choice", 77)
MOOD = Question("Mood", "choice", 3)
NAMES = Question("Names", "span", 6)
REMARK = Question("Remark", "text", 0)


def decided(
    *questions: Question, gold: int, setting: str = "auto", vectors: bool = True, doubts: bool = True
) -> Decision:
    return decide(setting, Facts(questions, gold, has_vectors=vectors, has_doubts=doubts))


@pytest.mark.parametrize(
    ("questions", "gold", "wanted"),
    [
        ((TOPIC,), 0, ("covering", "cold_start")),
        ((TOPIC, NAMES), 99, ("covering", "cold_start")),
        ((TOPIC,), 100, ("margin_clusters", "doubtful_and_diverse")),
        ((NAMES,), 49, ("random", "spans_start")),
        ((NAMES, MOOD), 49, ("random", "spans_start")),
        ((NAMES,), 50, ("uncertain_tokens", "spans_and_diverse")),
        ((NAMES, MOOD), 50, ("uncertain_tokens", "spans_and_diverse")),
        ((NAMES, MOOD), 300, ("margin_clusters", "doubtful_and_diverse")),
        ((MOOD,), 299, ("random", "few_labels")),
        ((MOOD,), 300, ("margin_clusters", "doubtful_and_diverse")),
        ((REMARK,), 300, ("random", "nothing_to_learn")),
    ],
)
def test_the_order_follows_kind_labels_and_gold(
    questions: tuple[Question, ...], gold: int, wanted: tuple[str, str]
) -> None:
    found = decided(*questions, gold=gold)

    assert (found.function, found.reason) == wanted


def test_only_label_sets_that_teach_count() -> None:
    assert decided(NAMES, MOOD, gold=50).label_sets == ("Names",)
    assert decided(NAMES, MOOD, gold=300).label_sets == ("Names", "Mood")


def test_without_vectors_or_a_model_something_simpler_orders() -> None:
    assert decided(TOPIC, gold=0, vectors=False).reason == "not_embedded"
    assert decided(TOPIC, gold=100, doubts=False) == Decision("covering", "no_model_yet")
    assert decided(TOPIC, gold=100, vectors=False).function == "margin"
    assert decided(NAMES, gold=50, vectors=False).function == "uncertain_tokens"
    assert decided(NAMES, gold=50, doubts=False).function == "random"


@pytest.mark.parametrize("function", list(FUNCTIONS))
def test_a_setting_is_followed_once_it_has_what_it_reads(function: str) -> None:
    assert decided(TOPIC, gold=0, setting=function).function == function
    needs = function in NEED_VECTORS or function in NEED_DOUBTS
    found = decided(TOPIC, gold=0, setting=function, vectors=False, doubts=False)
    assert found.function == ("random" if needs else function)


def test_all_has_its_words() -> None:
    assert all("%(" not in reason_words(reason) for reason in REASON_WORDS)
    assert all(function_words(function) != function for function in FUNCTIONS)

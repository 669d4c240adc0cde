import pytest

from annotation.annotations.review_reasons import AnswerFacts, Chosen, ReviewRules, chosen_for

RULES = ReviewRules(share=0.2, first_answers=5, uncertain_below=0.6, corrected_share=0.5)


@pytest.mark.parametrize(
    ("facts", "chosen"),
    [
        (AnswerFacts(0.19, earlier_answers=9), Chosen("random", 0.2)),
        (AnswerFacts(0.19, earlier_answers=0, certainty=0.1), Chosen("random", 0.2)),
        (AnswerFacts(0.2, earlier_answers=9), None),
        (AnswerFacts(0.9, earlier_answers=4), Chosen("new_person", 1.0)),
        (AnswerFacts(0.9, earlier_answers=5), None),
        (AnswerFacts(0.9, earlier_answers=5, certainty=0.59), Chosen("uncertain", 1.0)),
        (AnswerFacts(0.9, earlier_answers=5, certainty=0.6), None),
        (AnswerFacts(0.49, earlier_answers=5, is_corrected=True), Chosen("corrected", 0.5)),
        (AnswerFacts(0.5, earlier_answers=5, is_corrected=True), None),
    ],
)
def test_the_first_reason_that_holds_is_named_with_its_share(facts: AnswerFacts, chosen: Chosen | None) -> None:
    assert chosen_for(facts, RULES) == chosen


def test_without_rules_nothing_is_chosen() -> None:
    assert chosen_for(AnswerFacts(0.0, certainty=0.0, is_corrected=True), ReviewRules(share=0.0)) is None

from collections.abc import Mapping

from annotation.answers.answer import Answer, Span, Value
from annotation.quality.agreement import wilson
from modelops.evaluation.lessons import Ground, Seen, learn, scores

SETS = ("Category", "Entities")
ORG = Span(0, 3, "ORG")


Values = Mapping[str, Value]


def seen(predicted: Values, given: Values, now: Values | None, ground: Ground = "unseen") -> Seen:
    return Seen(1, 3, Answer(predicted), Answer(given), None if now is None else Answer(now), ground)


def test_a_corrected_document_is_fixed_when_every_changed_label_set_is_answered_as_the_person_did() -> None:
    before: Values = {"Category": "a", "Entities": (ORG,)}
    mine: Values = {"Category": "b", "Entities": ()}

    found = learn(
        [
            seen(before, mine, {"Category": "b", "Entities": ()}),
            seen(before, mine, {"Category": "b", "Entities": (ORG,)}),
            seen(before, mine, {}),
            seen(before, mine, None),
        ],
        SETS,
    )

    assert [lesson.is_fixed for lesson in found.lessons] == [True, False, False, False]
    assert [lesson.is_answered for lesson in found.lessons] == [True, True, True, False]
    assert [case.is_fixed for case in found.lessons[1].cases] == [True, False]
    assert len(found.fixed) == 1


def test_what_the_person_had_accepted_is_no_lesson_but_may_be_lost() -> None:
    accepted = {"Category": "a"}

    found = learn([seen(accepted, accepted, accepted), seen(accepted, accepted, {"Category": "b"})], SETS)

    assert (found.lessons, found.kept, found.lost) == ((), 2, 1)


def test_a_label_set_that_no_model_learns_does_not_count() -> None:
    found = learn([seen({"Draft": "Dear A"}, {"Draft": "Dear B"}, {"Draft": "Dear C"})], SETS)

    assert (found.lessons, found.lost) == ((), 0)


def test_what_it_learned_from_is_counted_apart_from_what_it_never_saw() -> None:
    wrong, right = {"Category": "a"}, {"Category": "b"}
    found = learn(
        [
            seen(wrong, right, right, "trained"),
            seen(wrong, right, right, "unseen"),
            seen(wrong, right, wrong, "unseen"),
            seen(wrong, right, None, "unseen"),
        ],
        SETS,
    )

    unseen, trained = scores(found.lessons)

    assert (unseen.ground, unseen.corrected, unseen.answered, unseen.fixed) == ("unseen", 3, 2, 1)
    assert (unseen.low, unseen.high) == wilson(1, 2)
    assert (trained.ground, trained.corrected, trained.fixed) == ("trained", 1, 1)
    assert (found.count("trained"), found.count("unknown")) == (1, 0)

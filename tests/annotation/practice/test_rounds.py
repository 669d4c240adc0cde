from annotation.practice.rounds import Answered, current_round, progress_in, size_of_round, upcoming


def answered(round_: int, *scores: float, first: int = 1) -> list[Answered]:
    return [Answered(item, round_, score) for item, score in enumerate(scores, first)]


def test_a_round_has_as_many_documents_as_asked_for_or_as_there_are() -> None:
    assert [size_of_round(3, 10), size_of_round(10, 3), size_of_round(0, 7), size_of_round(5, 0)] == [3, 3, 7, 0]


def test_the_first_round_keeps_the_managers_order() -> None:
    assert upcoming([5, 3, 9, 1], [], 1, of=3, seed="a") == [5, 3, 9]
    assert upcoming([5, 3, 9, 1], [Answered(3, 1, 1.0)], 1, of=3, seed="a") == [5, 9]


def test_a_new_round_begins_with_what_was_not_met_yet() -> None:
    first = answered(1, 0.0, 1.0, 0.5)

    second = upcoming([1, 2, 3, 4, 5], first, 2, of=3, seed="a")

    assert set(second[:2]) == {4, 5}
    assert second[2] in {1, 2, 3}
    assert upcoming([1, 2, 3, 4, 5], first, 2, of=3, seed="a") == second


def test_a_round_is_shuffled_anew_and_stays_so_while_it_is_answered() -> None:
    items = list(range(1, 21))
    first = answered(1, *[0.0] * 20)

    second = upcoming(items, first, 2, of=20, seed="a")

    assert sorted(second) == items
    assert second != items
    assert second != upcoming(items, first, 2, of=20, seed="b")
    assert upcoming(items, [*first, Answered(second[0], 2, 1.0)], 2, of=20, seed="a") == second[1:]


def test_the_next_answer_belongs_to_a_new_round_when_the_last_is_over() -> None:
    assert current_round([], 2) == 1
    assert current_round(answered(1, 0.0), 2) == 1
    assert current_round(answered(1, 0.0, 1.0), 2) == 2
    assert current_round([*answered(1, 0.0, 1.0), *answered(2, 1.0)], 2) == 2


def test_the_score_is_that_of_one_round() -> None:
    both = [*answered(1, 0.0, 0.0), *answered(2, 1.0, 0.5)]

    progress = progress_in(both, 2, of=2, pass_mark=0.75, passed=False)

    assert (progress.done, progress.of, progress.score, progress.is_over) == (2, 2, 0.75, True)
    assert progress.reaches_mark
    assert not progress_in(both, 1, of=2, pass_mark=0.75, passed=False).reaches_mark
    assert progress_in([], 1, of=2, pass_mark=0.0, passed=False).score is None


def test_the_mark_counts_at_the_end_of_a_round_only_and_forgives_binary_fractions() -> None:
    assert not progress_in(answered(1, 1.0), 1, of=2, pass_mark=0.5, passed=False).reaches_mark
    assert progress_in(answered(1, 0.7, 0.9, 0.8), 1, of=3, pass_mark=0.8, passed=False).reaches_mark

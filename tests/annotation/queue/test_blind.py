from math import sqrt

import pytest

from annotation.queue.blind import is_drawn, place_of


def test_places_are_uniform_on_0_to_1() -> None:
    """Kolmogorov-Smirnov: for 10,000 draws the distance passes 1.95 / sqrt(n) once in a thousand salts."""
    places = sorted(place_of("0f3a", number) for number in range(10_000))

    distance = max(abs(place - (rank + 0.5) / 10_000) for rank, place in enumerate(places))

    assert 0 <= places[0] < places[-1] < 1
    assert distance < 1.95 / sqrt(10_000)


def test_a_place_depends_on_the_document_and_the_project_alone() -> None:
    assert place_of("0f3a", 7) == place_of("0f3a", 7)
    assert place_of("0f3a", 7) != place_of("0f3a", 8)
    assert place_of("0f3a", 7) != place_of("beef", 7)


@pytest.mark.parametrize(("share", "expected"), [(0.0, 0), (1.0, 500)])
def test_a_share_of_none_draws_none_and_a_share_of_all_draws_all(share: float, expected: int) -> None:
    assert sum(is_drawn("salt", number, share=share) for number in range(500)) == expected


def test_a_larger_share_keeps_the_documents_of_a_smaller_one() -> None:
    small = {number for number in range(500) if is_drawn("salt", number, share=0.1)}
    large = {number for number in range(500) if is_drawn("salt", number, share=0.3)}

    assert small < large

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotation.projects.guideline_changes import Change, Line, Piece, compare, has_changes

LINES = st.lists(st.text(alphabet="ab 改好-😀", max_size=8), max_size=8).map("\n".join)


def shown(lines: list[Line]) -> list[tuple[str, str]]:
    return [(line.change.value, line.text) for line in lines]


def side(lines: list[Line], without: Change) -> list[str]:
    """The lines of one of the two texts, put together again from the pieces."""
    return [
        "".join(piece.text for piece in line.pieces if piece.change != without)
        for line in lines
        if line.change != without
    ]


def test_the_same_text_has_no_changes() -> None:
    lines = compare("One\nTwo\n", "One\nTwo")

    assert shown(lines) == [("same", "One"), ("same", "Two")]
    assert not has_changes(lines)


def test_a_new_and_a_lost_line_stand_in_their_places() -> None:
    assert shown(compare("One\nTwo\nThree", "One\nThree\nFour five")) == [
        ("same", "One"),
        ("removed", "Two"),
        ("same", "Three"),
        ("added", "Four five"),
    ]


def test_a_line_with_another_word_is_changed_by_words() -> None:
    [line] = compare("Mark every company name", "Mark every brand name")

    assert line.change == Change.CHANGED
    assert line.pieces == (
        Piece("Mark every ", Change.SAME),
        Piece("company", Change.REMOVED),
        Piece("brand", Change.ADDED),
        Piece(" name", Change.SAME),
    )


def test_chinese_changes_by_characters() -> None:
    [line] = compare("标出每家公司的名称", "标出每个品牌的名称")

    assert side([line], Change.REMOVED) == ["标出每个品牌的名称"]
    assert [piece.text for piece in line.pieces if piece.change == Change.SAME] == ["标出每", "的名称"]


@pytest.mark.parametrize("size", [50_000])
def test_a_rewritten_long_text_is_compared_in_a_moment(size: int) -> None:
    started = time.monotonic()

    lines = compare("\n".join("ab" for _ in range(size // 3)), "\n".join(f"{n}" for n in range(size // 6)))

    assert time.monotonic() - started < 2
    assert has_changes(lines)


@given(LINES, LINES)
def test_both_texts_can_be_read_from_the_comparison(before: str, after: str) -> None:
    lines = compare(before, after)

    assert side(lines, Change.REMOVED) == [line.rstrip() for line in after.strip().splitlines()]
    assert side(lines, Change.ADDED) == [line.rstrip() for line in before.strip().splitlines()]

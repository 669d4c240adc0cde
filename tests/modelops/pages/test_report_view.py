"""Numbers of reports as people read them."""

import pytest

from modelops.pages.report_view import told
from modelops.reports.shapes import Cell, Unit


@pytest.mark.parametrize(
    ("value", "unit", "words"),
    [
        (2 / 3, Unit.SHARE, "66.7 %"),
        (0.629, Unit.FIGURE, "0.63"),
        (12.68, Unit.SECONDS, "12.7 s"),
        (1_234.0, Unit.COUNT, "1,234"),
        (None, Unit.SHARE, "–"),
    ],
)
def test_a_number_is_rounded_and_never_cut_off(value: float | None, unit: Unit, words: str) -> None:
    assert told(Cell(value), unit) == words

"""Coefficients against the worked examples of the papers that brought them."""

import numpy as np
import pytest

from annotation.quality.kappa import cohen_kappa, fleiss_kappa, gwet_ac1, percent_agreement
from annotation.quality.krippendorff import alpha
from annotation.quality.units import Counts, Ints, Ratings, from_table

# Fleiss (1971), "Measuring nominal scale agreement among many raters", table 1: 30 patients, 6 psychiatrists each,
# five diagnoses. The paper gives the mean agreement .556, the chance .220 and kappa .430.
FLEISS_1971 = """
00060 03003 01401 00006 03030 20400 00402 20310 20040 00006 10050 11040 03300 10050 02031
00501 30012 51000 02040 10203 00006 01050 02013 20040 10041 05010 40002 02040 10500 00006
"""
# Krippendorff (2011), section C: four observers, twelve units, some missing.
KRIPPENDORFF_2011 = [
    [1, 2, 3, 3, 2, 1, 4, 1, 2, None, None, None],
    [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, None, 3],
    [None, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, None],
    [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, None],
]


def two_by(table: list[list[int]]) -> tuple[Ints, Ints]:
    """The labels of two people from their table of agreement."""
    pairs = [(row, column) for row, line in enumerate(table) for column, n in enumerate(line) for _ in range(n)]
    one, other = np.array(pairs, dtype=np.int64).T
    return one, other


def counts_of(one: Ints, other: Ints) -> Counts:
    return from_table([one.tolist(), other.tolist()]).counts()


def test_cohen_1960_gives_his_two_figures() -> None:
    # Table 1, proportions of 100: po .29, pc .35. Table 2, 200 cases: kappa .492.
    below = cohen_kappa(*two_by([[25, 13, 12], [12, 2, 16], [3, 15, 2]]))
    above = cohen_kappa(*two_by([[88, 14, 18], [10, 40, 10], [2, 6, 12]]))

    assert below.value == pytest.approx((0.29 - 0.35) / (1 - 0.35), abs=1e-12)
    assert above.value == pytest.approx((0.70 - 0.41) / (1 - 0.41), abs=1e-12)
    assert round(above.value, 3) == 0.492


def test_fleiss_1971_gives_his_kappa() -> None:
    rows = np.array([[int(digit) for digit in row] for row in FLEISS_1971.split()])

    counts = Counts.of(rows)

    assert rows.shape == (30, 5)
    assert round(percent_agreement(counts).value, 3) == 0.556
    assert round(fleiss_kappa(counts).value, 3) == 0.430


def test_fleiss_kappa_is_unknown_where_the_number_of_people_differs() -> None:
    assert not fleiss_kappa(Counts.of(np.array([[2, 0], [1, 2]]))).is_known


def test_gwet_2008_stays_high_where_kappa_falls_below_nothing() -> None:
    # His first paradox: 125 subjects, 118 both +, 5 and 2 differ. kappa -0.0234, pi -0.0288, AC1 0.9408.
    one, other = two_by([[118, 5], [2, 0]])

    assert round(gwet_ac1(counts_of(one, other)).value, 4) == 0.9408
    assert round(cohen_kappa(one, other).value, 4) == -0.0234
    assert round(fleiss_kappa(counts_of(one, other)).value, 4) == -0.0288
    assert percent_agreement(counts_of(one, other)).value == pytest.approx(0.944)


def test_krippendorff_2011_binary_and_nominal_data_of_two_observers() -> None:
    binary = from_table([[0, 1, 0, 0, 0, 0, 0, 0, 1, 0], [1, 1, 1, 0, 0, 1, 0, 0, 0, 0]])
    ben, gerry = "aabbdcccedda", "babbbccceddd"
    nominal = from_table([[ord(letter) for letter in person] for person in (ben, gerry)])

    assert round(alpha(binary.counts()).value, 3) == 0.095
    assert round(alpha(nominal.counts()).value, 3) == 0.692


def test_krippendorff_2011_any_metric_with_data_missing() -> None:
    counts = from_table(KRIPPENDORFF_2011).counts()

    assert round(alpha(counts).value, 3) == 0.743
    assert round(alpha(counts, "ordinal").value, 3) == 0.815
    assert round(alpha(counts, "interval", np.arange(1.0, 6.0)).value, 3) == 0.849


def test_one_label_for_everything_gives_no_alpha_but_full_agreement() -> None:
    counts = Counts.of(np.array([[2], [2], [3]]))

    assert not alpha(counts).is_known
    assert percent_agreement(counts).value == 1.0


def test_nobody_in_common_gives_no_figure() -> None:
    counts = Counts.of(np.array([[1, 0], [0, 1]]))

    assert not alpha(counts).is_known
    assert not percent_agreement(counts).is_known
    assert not gwet_ac1(counts).is_known


def test_an_interval_holds_the_figure_and_narrows_with_more_documents() -> None:
    rng = np.random.default_rng(3)
    drawn = (rng.multinomial(3, [0.8, 0.1, 0.1], size=size) for size in (60, 6_000))
    wide, narrow = (alpha(Counts.of(rows)) for rows in drawn)

    assert wide.low <= wide.value <= wide.high
    assert wide.high - wide.low > 5 * (narrow.high - narrow.low)


def test_the_95_percent_interval_holds_the_truth_about_95_times_in_100() -> None:
    rng = np.random.default_rng(5)
    hits = 0
    for _ in range(100):
        truth = rng.integers(0, 2, size=150)
        said = np.where(rng.random((2, 150)) < 0.8, truth, 1 - truth)
        # Equally frequent labels: chance is .5, two people agree with .8² + .2².
        found = alpha(counts_of(said[0], said[1]))
        hits += found.low <= (0.68 - 0.5) / 0.5 <= found.high

    assert 88 <= hits <= 100


def test_ratings_may_come_with_any_numbers() -> None:
    made = Ratings.of(np.array([900, 900, 17]), np.array([5, 6, 5]), np.array([44, 44, 12]))

    counts = made.counts()
    assert counts.rows[counts.places].tolist() == [[1, 0], [0, 2]]


def test_documents_with_the_same_labels_share_a_row() -> None:
    counts = from_table([[1, 1, 2, 2], [1, 2, 1, 2], [None, None, None, 2]]).counts()

    assert counts.rows[counts.places].tolist() == [[2, 0], [1, 1], [1, 1], [0, 3]]
    assert len(counts.rows) == 3

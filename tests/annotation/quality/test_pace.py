from datetime import date

from annotation.quality.pace import IDLE_CAP_SECONDS, Day, Pace, last_days, pace_of


def test_quartiles_are_those_of_the_known_times() -> None:
    assert pace_of([0, 10, 20, 30, 40, 50]) == Pace(5, 0, 20, 30, 40)
    assert pace_of([7]) == Pace(1, 0, 7, 7, 7)
    assert pace_of([0.0]) is None


def test_idle_time_is_cut_and_counted_but_the_document_stays() -> None:
    pace = pace_of([5, 5, 3_000])

    assert pace is not None
    assert (pace.documents, pace.capped, pace.upper) == (3, 1, (5 + IDLE_CAP_SECONDS) / 2)


def test_days_without_work_are_there_too() -> None:
    days = last_days({date(2026, 3, 2): 4, date(2026, 1, 1): 9}, date(2026, 3, 3))

    assert len(days) == 14
    assert days[0] == Day(date(2026, 2, 18), 0)
    assert days[-2:] == [Day(date(2026, 3, 2), 4), Day(date(2026, 3, 3), 0)]

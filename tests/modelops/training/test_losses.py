from modelops.training.losses import MOST_POINTS, Curve, svg_points


def test_a_long_curve_is_thinned_and_keeps_its_ends_in_order() -> None:
    curve = Curve()

    for step in range(1, 5001):
        curve.add(step, 1 / step)

    steps = [step for step, _ in curve.points]
    assert len(steps) <= MOST_POINTS
    assert steps == sorted(steps)
    assert steps[0] == 1
    assert steps[-1] > 4800


def test_a_resumed_run_replaces_the_steps_it_repeats() -> None:
    curve = Curve.read([[1, 0.9], [2, 0.8], [3, 0.7]])

    curve.add(2, 0.5)

    assert curve.points == [(1, 0.9), (2, 0.5)]


def test_the_drawn_line_stays_inside_its_box() -> None:
    assert svg_points([(1, 2.0), (3, 1.0), (5, 0.0)], width=100, height=40) == "0.0,0.0 50.0,20.0 100.0,40.0"
    assert svg_points([(1, 2.0)], width=100, height=40) == ""

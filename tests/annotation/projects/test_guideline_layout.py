from annotation.projects.guideline_changes import compare
from annotation.projects.guideline_layout import layout

TEXT = "What you do\nRead it all.\n\nSpans\n- Mark names\n- Leave titles out\n\nThe end"


def shown(before: str, after: str) -> list[tuple[str, list[str]]]:
    return [(group.kind, [line.text for line in group.lines]) for group in layout(compare(before, after))]


def test_a_text_becomes_titles_points_and_paragraphs() -> None:
    assert shown(TEXT, TEXT) == [
        ("title", ["What you do"]),
        ("text", ["Read it all."]),
        ("title", ["Spans"]),
        ("points", ["Mark names", "Leave titles out"]),
        ("text", ["The end"]),
    ]


def test_a_removed_point_stays_among_the_points() -> None:
    [*_, points, _end] = layout(compare(TEXT, TEXT.replace("- Leave titles out\n", "")))

    assert [(line.text, line.change.value) for line in points.lines] == [
        ("Mark names", "same"),
        ("Leave titles out", "removed"),
    ]


def test_an_empty_text_has_nothing_to_show() -> None:
    assert layout(compare("", "\n \n")) == []

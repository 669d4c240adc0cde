from annotation.projects.guideline_lines import with_line


def test_a_line_becomes_a_point_of_its_block() -> None:
    text = "Category\n- Billing is money\n\nSpans\n- Mark names"

    assert with_line(text, "Category", "A  refund is\nbilling (#1)") == (
        "Category\n- Billing is money\n- A refund is billing (#1)\n\nSpans\n- Mark names"
    )


def test_a_block_that_is_not_there_comes_at_the_end() -> None:
    assert with_line("Spans\n- Mark names\n", "Category", "One.") == "Spans\n- Mark names\n\nCategory\n- One."
    assert with_line("", "Category", "One.") == "Category\n- One."

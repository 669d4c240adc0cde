from annotation.answers.answer import Answer, Span
from annotation.quality.corrected import tally


def test_corrections_are_counted_under_the_label_that_the_model_gave() -> None:
    org, person = Span(0, 2, "ORG"), Span(0, 2, "PERSON")
    answers = [
        (Answer({"Category": "billing", "Entities": (org,)}), Answer({"Category": "other", "Entities": (person,)})),
        (Answer({"Category": "billing", "Entities": ()}), Answer({"Category": "billing", "Entities": (org,)})),
        (Answer({"Category": None}), Answer({"Category": None})),
    ]

    rows = tally(answers, ["Category", "Entities"])

    assert [(row.label_set, row.label) for row in rows] == [("Category", "billing"), ("Entities", "ORG")]
    assert rows[0].counts == {"accepted": 1, "relabeled": 1, "moved": 0, "added": 0, "removed": 0}
    assert rows[1].counts == {"accepted": 0, "relabeled": 1, "moved": 0, "added": 1, "removed": 0}
    assert rows[1].total == 2


def test_a_drafted_text_has_no_label_and_an_unknown_label_set_is_left_out() -> None:
    answers = [(Answer({"Draft": "Dear A", "Gone": "x"}), Answer({"Draft": "Dear B", "Gone": "y"}))]

    (row,) = tally(answers, ["Draft"], text_sets=["Draft"])

    assert (row.label_set, row.label, row.counts["relabeled"]) == ("Draft", "", 1)

from annotation.answers.answer import Answer, Span
from annotation.answers.diff import Correction, corrections


def test_each_difference_has_its_kind() -> None:
    prediction = Answer(
        {
            "Category": "billing",
            "Entities": (Span(0, 4, "ORG"), Span(6, 9, "ORG"), Span(12, 15, "LOC"), Span(20, 22, "LOC")),
        }
    )
    gold = Answer(
        {
            "Category": "delivery",
            "Entities": (Span(0, 4, "ORG"), Span(6, 9, "LOC"), Span(12, 17, "LOC"), Span(30, 33, "ORG")),
        }
    )

    assert corrections(prediction, gold) == [
        Correction("Category", "relabeled", "billing", "delivery"),
        Correction("Entities", "accepted", "ORG", "ORG"),
        Correction("Entities", "relabeled", "ORG", "LOC"),
        Correction("Entities", "moved", "LOC", "LOC"),
        Correction("Entities", "added", None, "ORG"),
        Correction("Entities", "removed", "LOC", None),
    ]


def test_choices_are_compared_as_sets() -> None:
    assert corrections(Answer({"Topics": ("a", "b")}), Answer({"Topics": ("b", "c")})) == [
        Correction("Topics", "accepted", "b", "b"),
        Correction("Topics", "removed", "a", None),
        Correction("Topics", "added", None, "c"),
    ]

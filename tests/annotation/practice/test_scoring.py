from annotation.answers.answer import from_stored
from annotation.practice.scoring import score

KINDS = {"Category": "choice", "Topics": "choices", "Entities": "span", "Draft": "text"}
ALICE = {"start": 0, "end": 5, "label": "PERSON"}
CONTOSO = {"start": 9, "end": 16, "label": "ORG"}


def test_a_choice_is_right_or_wrong() -> None:
    gold = from_stored({"Category": "billing"})

    assert score(from_stored({"Category": "billing"}), gold, KINDS).by_label_set == {"Category": 1.0}
    assert score(from_stored({"Category": "other"}), gold, KINDS).by_label_set == {"Category": 0.0}
    assert score(from_stored({}), gold, KINDS).by_label_set == {"Category": 0.0}
    assert score(from_stored({}), from_stored({"Category": None}), KINDS).is_right


def test_choices_are_scored_by_f1() -> None:
    found = score(from_stored({"Topics": ["a", "b"]}), from_stored({"Topics": ["b", "c", "d"]}), KINDS)

    assert found.by_label_set == {"Topics": 2 * 1 / (2 + 3)}
    assert not found.is_right
    assert score(from_stored({"Topics": []}), from_stored({"Topics": []}), KINDS).total == 1.0


def test_a_span_counts_when_start_end_and_label_are_equal() -> None:
    gold = from_stored({"Entities": [ALICE, CONTOSO]})
    near = from_stored({"Entities": [ALICE, {**CONTOSO, "end": 15}]})

    assert score(near, gold, KINDS).by_label_set == {"Entities": 0.5}
    assert score(from_stored({"Entities": [{**ALICE, "label": "ORG"}, CONTOSO]}), gold, KINDS).total == 0.5
    assert score(from_stored({"Entities": [CONTOSO, ALICE]}), gold, KINDS).is_right


def test_texts_and_what_gold_leaves_open_are_not_scored() -> None:
    gold = from_stored({"Category": "billing", "Draft": "Dear Alice"})
    given = from_stored({"Category": "billing", "Draft": "Hi", "Entities": [ALICE]})

    found = score(given, gold, KINDS)

    assert (found.by_label_set, found.total, found.is_right) == ({"Category": 1.0}, 1.0, True)
    assert score(given, from_stored({"Draft": "Dear Alice"}), KINDS).total == 1.0


def test_the_total_is_the_mean_over_the_label_sets() -> None:
    gold = from_stored({"Category": "billing", "Entities": [ALICE, CONTOSO]})

    found = score(from_stored({"Category": "billing", "Entities": [ALICE]}), gold, KINDS)

    assert found.total == (1.0 + 2 / 3) / 2


def test_the_differences_lead_from_the_given_answer_to_gold_and_say_where() -> None:
    gold = from_stored({"Category": "billing", "Entities": [ALICE, CONTOSO]})
    given = from_stored({"Category": "other", "Entities": [{**CONTOSO, "start": 6}, {**ALICE, "label": "ORG"}]})

    found = score(given, gold, KINDS)

    told = [(each.label_set, each.kind, each.predicted, each.given) for each in found.differences]
    assert told == [
        ("Category", "relabeled", "other", "billing"),
        ("Entities", "relabeled", "ORG", "PERSON"),
        ("Entities", "moved", "ORG", "ORG"),
    ]
    moved = found.differences[2]
    assert moved.predicted_span is not None
    assert moved.given_span is not None
    assert (moved.predicted_span.start, moved.given_span.start) == (6, 9)

from modelops.evaluation.metrics import score, score_all

PERSON = {"start": 0, "end": 4, "label": "PERSON"}
MONEY = {"start": 10, "end": 15, "label": "MONEY"}


def test_choice_figures_are_those_computed_by_hand() -> None:
    figures = score("choice", ["a", "a", "b", "c"], ["a", "b", "b", "a"])

    assert figures["accuracy"] == 0.5
    assert figures["labels"]["a"] == {"precision": 0.5, "recall": 0.5, "f1": 0.5, "support": 2}
    assert figures["labels"]["b"] == {"precision": 0.5, "recall": 1.0, "f1": 0.6667, "support": 1}
    assert figures["labels"]["c"] == {"precision": 0.0, "recall": 0.0, "f1": 0.0, "support": 1}
    assert figures["macro_f1"] == 0.3889


def test_a_span_counts_only_when_place_and_label_match() -> None:
    moved = {**PERSON, "end": 5}
    relabeled = {**MONEY, "label": "ORG"}

    figures = score("span", [[PERSON, MONEY], [PERSON]], [[moved, relabeled], [PERSON]])

    assert (figures["precision"], figures["recall"], figures["f1"]) == (0.3333, 0.3333, 0.3333)
    assert figures["accuracy"] == 0.5
    assert figures["labels"]["ORG"] == {"precision": 0.0, "recall": 0.0, "f1": 0.0, "support": 0}


def test_choices_are_scored_label_by_label() -> None:
    figures = score("choices", [["a", "b"], []], [["a"], ["c"]])

    assert figures["f1"] == 0.5
    assert figures["accuracy"] == 0.0


def test_nothing_to_find_and_nothing_found_is_no_figure() -> None:
    figures = score("span", [[], []], [[], []])

    assert figures["accuracy"] == 1.0
    assert figures["f1"] is None


def test_only_documents_whose_gold_answers_a_label_set_are_scored() -> None:
    gold: list[dict[str, object]] = [{"Category": "a"}, {"Category": None}, {"Entities": []}]

    figures = score_all({"Category": "choice", "Entities": "span", "Topics": "choices"}, gold, [{"Category": "a"}] * 3)

    assert figures["Category"]["documents"] == 1
    assert figures["Entities"]["documents"] == 1
    assert "Topics" not in figures

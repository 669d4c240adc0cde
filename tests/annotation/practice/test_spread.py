from collections import Counter
from random import Random

from annotation.practice.spread import labels_of, spread


def test_labels_come_from_every_kind_but_texts() -> None:
    answer = {
        "Category": "billing",
        "Topics": ["a", "b"],
        "Entities": [{"start": 0, "end": 5, "label": "PERSON"}, {"start": 6, "end": 7, "label": "PERSON"}],
        "Draft": "Dear Alice",
        "Empty": None,
    }

    found = labels_of(answer, ["Category", "Topics", "Entities", "Empty", "Absent"])

    assert found == {("Category", "billing"), ("Topics", "a"), ("Topics", "b"), ("Entities", "PERSON")}


def test_a_rare_label_comes_up_as_often_as_a_common_one() -> None:
    common = {number: frozenset({("Category", "common")}) for number in range(100)}
    rare = {number: frozenset({("Category", f"rare {number % 2}")}) for number in range(100, 106)}

    chosen = spread(common | rare, 9, Random(7))

    labels = Counter(next(iter((common | rare)[number]))[1] for number in chosen)
    assert labels == {"common": 3, "rare 0": 3, "rare 1": 3}


def test_documents_without_a_label_come_last_and_nothing_twice() -> None:
    candidates = {1: frozenset[tuple[str, str]](), 2: frozenset({("Category", "a")}), 3: frozenset({("Category", "a")})}

    assert spread(candidates, 2, Random(7)) in ([2, 3], [3, 2])
    assert sorted(spread(candidates, 9, Random(7))) == [1, 2, 3]


def test_chance_decides_between_equals() -> None:
    candidates = {number: frozenset({("Category", "a")}) for number in range(50)}

    assert len({tuple(spread(candidates, 3, Random(seed))) for seed in range(10)}) > 5

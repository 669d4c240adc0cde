"""Heads on embeddings: from label words over centroids to logistic regression."""

import numpy as np
import torch

from modelops.engine.examples import HeadSpec
from modelops.engine.fast_head import ENOUGH_A_LABEL, Floats, Frame, TextHeads
from modelops.engine.table import Table

LABELS = ("billing", "delivery", "other")


def texts(count: int, seed: int = 0) -> tuple[Floats, list[str]]:
    """Embeddings that lie around one direction a label, all of them shifted as real ones are."""
    draw = np.random.default_rng(seed)
    labels = [LABELS[number] for number in draw.integers(0, 3, count)]
    points = np.stack([np.eye(16)[LABELS.index(label)] for label in labels])
    return (points + 0.25 * draw.normal(size=(count, 16)) + 2.0).astype(np.float32), labels


def heads(*specs: HeadSpec, names: bool = True) -> TextHeads:
    words = (np.eye(16)[:3] + 2.0).astype(np.float32)
    return TextHeads(specs, Frame.of(texts(200)[0]), {"Topic": words} if names else {})


TOPIC = HeadSpec("Topic", "choice", LABELS)
FLAGS = HeadSpec("Flags", "choices", LABELS)


def share_right(made: TextHeads) -> float:
    vectors, labels = texts(300, seed=9)
    answers = made.answer(made.frame.rows(vectors))
    return float(np.mean([one.answer.get("Topic") == label for one, label in zip(answers, labels, strict=True)]))


def test_without_gold_the_words_of_the_labels_answer() -> None:
    made = heads(TOPIC)

    made.refit(most_steps=2)

    assert made.heads["Topic"].method == "names"
    assert share_right(made) > 0.9


def test_without_gold_and_words_nothing_is_said() -> None:
    made = heads(TOPIC, FLAGS, names=False)

    made.refit(most_steps=2)

    assert [one.answer for one in made.answer(made.frame.rows(texts(2)[0]))] == [{}, {}]


def test_the_first_label_counts_at_once_and_enough_of_them_make_a_regression() -> None:
    made = heads(TOPIC, names=False)
    vectors, labels = texts(3 * ENOUGH_A_LABEL)
    methods = []
    for number, (vector, label) in enumerate(zip(vectors, labels, strict=True)):
        made.learn(number, vector, {"Topic": label})
        made.refit(most_steps=2)
        methods.append(made.heads["Topic"].method)

    assert methods == ["centroids"] * (len(labels) - 1) + ["logistic"]
    assert share_right(made) > 0.9


def test_a_correction_of_a_document_replaces_what_it_taught() -> None:
    made, fresh = heads(TOPIC), heads(TOPIC)
    vectors, labels = texts(60)
    for number, (vector, label) in enumerate(zip(vectors, labels, strict=True)):
        made.learn(number, vector, {"Topic": "other"})
        made.learn(number, vector, {"Topic": label})
        fresh.learn(number, vector, {"Topic": label})
    made.learn(60, vectors[0], {"Topic": "other"})
    made.forget(60)
    for one in (made, fresh):
        one.refit(most_steps=20)

    rows = made.frame.rows(texts(20, seed=3)[0])
    mine, theirs = made.chances("Topic", rows), fresh.chances("Topic", rows)
    assert mine is not None
    assert theirs is not None
    assert torch.allclose(mine, theirs, atol=1e-3)
    assert made.count("Topic") == 60


def test_choices_are_answered_label_by_label() -> None:
    made = heads(FLAGS)
    vectors, labels = texts(60)
    for number, (vector, label) in enumerate(zip(vectors, labels, strict=True)):
        made.learn(number, vector, {"Flags": [] if label == "other" else [label]})
    made.refit(most_steps=4)

    seen, truth = texts(100, seed=4)
    answers = [one.answer["Flags"] for one in made.answer(made.frame.rows(seen))]
    expected = [[] if label == "other" else [label] for label in truth]
    assert np.mean([one == right for one, right in zip(answers, expected, strict=True)]) > 0.85


def test_label_sets_learn_only_from_documents_that_answer_them() -> None:
    made = heads(TOPIC, FLAGS)
    vectors, labels = texts(40)
    for number, (vector, label) in enumerate(zip(vectors, labels, strict=True)):
        made.learn(number, vector, {"Topic": label} if number % 2 else {"Flags": [label]})

    assert (made.count("Topic"), made.count("Flags")) == (20, 20)


def test_the_chosen_strength_is_weaker_for_noise_than_for_clear_labels() -> None:
    clear, noisy = heads(TOPIC), heads(TOPIC)
    draw = np.random.default_rng(1)
    vectors, labels = texts(150)
    for number, (vector, label) in enumerate(zip(vectors, labels, strict=True)):
        clear.learn(number, vector, {"Topic": label})
        noisy.learn(number, vector, {"Topic": str(draw.choice(LABELS))})

    assert noisy.choose_c("Topic") < clear.choose_c("Topic")


def test_a_table_forgets_and_closes_its_gaps() -> None:
    table = Table({"Topic": 2}, columns=3, most_rows=400)
    for number in range(600):
        table.put(number, torch.full((2, 3), float(number)), {"Topic": torch.tensor([1.0, 0.0])})

    assert len(table) == 200
    assert 399 not in table
    assert 599 in table
    for number in range(400, 590):
        table.drop(number)
    table.put(1000, torch.ones(1, 3), {})
    assert table.features()[table.place(595)].tolist() == [[595.0] * 3] * 2
    assert float(table.known("Topic").sum()) == 20
    assert float(table.known("Topic")[table.place(1000)].sum()) == 0

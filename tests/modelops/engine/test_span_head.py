"""Span heads on the states of a tiny encoder: what they learn, forget, sample, and where their spans lie."""

from pathlib import Path

import numpy as np
import pytest
import torch

from modelops.engine.embedding import Embedder, TextStates
from modelops.engine.examples import HeadSpec
from modelops.engine.fast_head import Frame
from modelops.engine.linear import solve
from modelops.engine.span_head import FEWEST_DOCUMENTS, SpanHead, taught_tokens
from tests.modelops.engine.gold import span

PLACES = HeadSpec("Places", "span", ("PLACE", "PERSON"))
# Characters beyond the first 65,536, white space and both languages before what is marked: offsets count code points.
GOLD = [
    ("😀 anna lost card in paris", [("anna", "PERSON"), ("paris", "PLACE")]),
    ("𝒳𝒳  refund  berlin\n pay late anna", [("berlin", "PLACE"), ("anna", "PERSON")]),
    ("卡丢了 北京 退款 paris", [("北京", "PLACE"), ("paris", "PLACE")]),
    ("很好😀上海 anna", [("上海", "PLACE"), ("anna", "PERSON")]),
    ("card late pay refund", []),
    ("anna pay berlin 北京 late", [("anna", "PERSON"), ("berlin", "PLACE"), ("北京", "PLACE")]),
]


@pytest.fixture(scope="module")
def embedder(tiny_encoder: Path) -> Embedder:
    return Embedder.load(tiny_encoder)


def marks(text: str, words: list[tuple[str, str]]) -> list[dict[str, object]]:
    return sorted((span(text, *one) for one in words), key=lambda one: int(str(one["start"])))


def learned(embedder: Embedder, spec: HeadSpec = PLACES) -> SpanHead:
    texts = embedder.token_states([text for text, _ in GOLD])
    head = SpanHead(spec, Frame.of(np.concatenate([one.states.astype(np.float32) for one in texts])))
    for number, (one, (text, words)) in enumerate(zip(texts, GOLD, strict=True)):
        head.learn(number, one, marks(text, words))
    head.c = 1000.0
    head.refit(most_steps=8)
    return head


def test_states_are_the_encoders_own_and_add_up_to_the_embedding(embedder: Embedder) -> None:
    long = " ".join(["anna 北京 late"] * 80)

    [states] = embedder.token_states([long])

    assert states.states.shape == (len(states.places), embedder.embed(["anna"]).shape[1])
    assert states.states.dtype == np.float16
    assert np.isfinite(states.states).all()
    assert np.abs(states.states).sum(axis=1).min() > 0
    assert max(end for _, end in states.places) == len(long)


@pytest.mark.parametrize("overlap", [False, True])
def test_spans_come_back_where_people_put_them_in_both_languages(embedder: Embedder, overlap: bool) -> None:  # noqa: FBT001
    head = learned(embedder, HeadSpec("Places", "span", ("PLACE", "PERSON"), overlap=overlap))

    texts = embedder.token_states([text for text, _ in GOLD])
    answers = [head.answer(one) for one in texts]

    assert [one.answer["Places"] for one in answers] == [marks(text, words) for text, words in GOLD]
    assert all(0.5 < sure <= 1 for one in answers for sure in one.confidence["Places"])  # type: ignore[attr-defined]
    assert [len(one.begins["Places"]) for one in answers] == [
        sum(start < end for start, end in text.places) for text in texts
    ]


def test_only_the_part_that_a_label_set_reads_is_marked(embedder: Embedder) -> None:
    head = learned(embedder, HeadSpec("Places", "span", ("PLACE", "PERSON"), part_role="customer"))
    text = "anna paris\nanna berlin"
    [states] = embedder.token_states([text])

    answer = head.answer(states, [(0, 10), (11, 22)], ["agent", "customer"]).answer["Places"]

    assert {one["start"] >= 11 for one in answer} == {True}  # type: ignore[attr-defined]


def test_it_says_nothing_before_it_has_seen_some_documents(embedder: Embedder) -> None:
    head = learned(embedder)
    [states] = embedder.token_states(["anna"])
    for number in range(len(GOLD) - FEWEST_DOCUMENTS + 1):
        head.forget(number)
    head.refit(most_steps=1)

    assert not head.can_answer
    assert head.answer(states).answer == {}


def test_a_warm_refit_comes_to_the_same_head_as_learning_all_at_once(embedder: Embedder) -> None:
    late = learned(embedder)
    late.forget(0)
    late.refit(most_steps=8)
    [states] = embedder.token_states([GOLD[0][0]])
    late.learn(0, states, marks(*GOLD[0]))
    for _ in range(10):
        late.refit(most_steps=2)

    at_once = solve(late._problem(late.c), most_rounds=40)

    assert late.solution is not None
    features = late.table.features()
    gap = (features @ late.solution.weights).softmax(dim=1) - (features @ at_once.weights).softmax(dim=1)
    assert float(gap.abs().max()) < 0.02


def test_tokens_that_are_left_out_are_counted_in_those_that_stay() -> None:
    tags = np.zeros(500, dtype=np.int64)
    tags[[100, 101]] = [1, 2]

    chosen, weights = taught_tokens(tags, seed=3)

    assert set(range(98, 104)) <= set(chosen.tolist())
    assert len(chosen) == 6 + 24
    assert float(weights.sum()) == pytest.approx(500, rel=1e-4)
    assert torch.unique(weights).tolist() == pytest.approx([1.0, 494 / 24])
    assert taught_tokens(tags, seed=3)[0].tolist() == chosen.tolist()
    assert taught_tokens(tags[:3], seed=3)[0].tolist() == [0, 1, 2]


def test_a_text_without_tokens_teaches_and_gets_nothing(embedder: Embedder) -> None:
    head = learned(embedder)
    empty = TextStates([], np.zeros((0, len(head.frame.center)), dtype=np.float16))

    head.learn(99, empty, [])
    head.refit(most_steps=1)

    assert head.answer(empty).answer == {"Places": []}


def test_the_strength_is_one_of_those_tried(embedder: Embedder) -> None:
    assert learned(embedder).choose_c() in {1.0, 3.0, 10.0, 30.0}

from copy import copy
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from modelops.engine.embedding import Embedder
from modelops.engine.examples import HeadSpec
from modelops.engine.explaining import MOST_AGAINST, MOST_WORDS, explain
from modelops.engine.serving import Predictor
from modelops.engine.states import Floats, StateBatch
from modelops.engine.training import fit
from modelops.engine.words import words_of
from tests.benchmarks.faithfulness import by_chance, by_explanation, by_leaving_out, cases_of, comprehensiveness
from tests.modelops.engine.gold import HEADS, QUICK, gold


@pytest.fixture(scope="module")
def predictor(tiny_encoder: Path, tmp_path_factory: pytest.TempPathFactory) -> Predictor:
    folder = tmp_path_factory.mktemp("checkpoint")
    fit(gold(32), HEADS, replace(QUICK, epochs=10), encoder=tiny_encoder, folder=folder)
    return Predictor.load(folder, tiny_encoder, "cpu")


@pytest.fixture
def nothing_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    """Other words owe nothing to a word: what is left is exact."""
    monkeypatch.setattr(
        "modelops.engine.explaining.LastLayers.lost",
        lambda last, passed, asked: [torch.zeros(len(one.pulls), len(one.words)) for one in asked],
    )


def test_the_named_words_carry_the_answer(predictor: Predictor, capsys: pytest.CaptureFixture[str]) -> None:
    cases = cases_of(predictor, [example.text for example in gold(24)], "Intent")

    ours = comprehensiveness(predictor, cases, by_explanation(predictor, cases))
    left_out = comprehensiveness(predictor, cases, by_leaving_out(predictor, cases))
    chances = [comprehensiveness(predictor, cases, by_chance(cases, seed)) for seed in range(5)]

    with capsys.disabled():
        print(f"\ncomprehensiveness {ours}, leaving out {left_out}, random {chances}")  # noqa: T201
    # This network is so sure that its probabilities move by a few hundredths only: its log-odds tell more.
    assert ours.log_odds > 1.5 * np.mean([one.log_odds for one in chances])
    assert ours.log_odds >= 0.8 * left_out.log_odds


def test_a_label_is_explained_alike_alone_and_beside_others(predictor: Predictor) -> None:
    text, other = "anna pay late refund 3 in berlin", "lost card anna " * 40
    wanted = {"Intent": ["refund"], "Topics": ["money", "late"]}

    together = explain(predictor, [other, text], [{"Topics": ["late"]}, wanted])[1]

    for name, labels in wanted.items():
        for label in labels:
            alone = explain(predictor, [text], [{name: [label]}])[0][name][label]
            beside = together[name][label]
            assert [one.start for one in beside] == [one.start for one in alone]
            assert [one.weight for one in beside] == pytest.approx([one.weight for one in alone], abs=2e-3)


def test_words_come_strongest_first_as_shares_of_all(predictor: Predictor) -> None:
    text = "anna lost card 3 in paris"

    words = explain(predictor, [text], [{"Intent": ["lost_card"]}])[0]["Intent"]["lost_card"]

    strengths = [abs(word.weight) for word in words]
    assert strengths == sorted(strengths, reverse=True)
    assert sum(strengths) == pytest.approx(1.0, abs=0.01)
    assert {text[word.start : word.end] for word in words} <= set(text.split())
    assert text[words[0].start : words[0].end] in ("lost", "card")


def test_a_bounded_number_of_words_and_their_places_in_a_long_text(predictor: Predictor) -> None:
    text = "😀𝒳 " + "refund pay late anna berlin " * 40

    words = explain(predictor, [text], [{"Intent": ["refund"]}])[0]["Intent"]["refund"]

    speak_for = [word for word in words if word.weight > 0]
    assert (len(speak_for), len(words) - len(speak_for)) == (MOST_WORDS, MOST_AGAINST)
    assert all(text[word.start : word.end] in text.split() for word in words)


@pytest.mark.usefixtures("nothing_lost")
def test_the_weights_are_the_change_when_a_words_terms_leave_the_mean(predictor: Predictor) -> None:
    text = "anna pay late " * 40 + "refund"
    tokens = predictor.reader.tokenize([text])
    read: dict[int | str, list[Floats]] = {}

    def keep(batch: StateBatch) -> None:
        first = predictor.reader.first_content
        for row, window in enumerate(batch.windows):
            states = batch.states[row][batch.mask[row] == 1].numpy()
            content = range(first, first + len(window))
            for place, state in enumerate(states):
                token = window.first + place - first if place in content else "frame"
                read.setdefault(token, []).append(state)

    predictor.reader.read(tokens, keep)
    assert max(len(states) for token, states in read.items() if token != "frame") == 2
    _, weight, _ = next(one for one in predictor.text_heads if one[0].name == "Topics")
    every = np.stack([state for states in read.values() for state in states]) @ weight[1]
    words = words_of(text, tokens[0].places)
    own = [np.stack([state for token in word.tokens for state in read[token]]) @ weight[1] for word in words]
    changes = [every.mean() - (every.sum() - terms.sum()) / (len(every) - len(terms)) for terms in own]
    total = sum(map(abs, changes))

    found = explain(predictor, [text], [{"Topics": ["money"]}])[0]["Topics"]["money"]

    shares = {(word.start, word.end): change / total for word, change in zip(words, changes, strict=True)}
    assert [one.weight for one in found] == pytest.approx([shares[one.start, one.end] for one in found], abs=1e-3)
    assert abs(found[0].weight) == pytest.approx(max(map(abs, shares.values())), abs=1e-3)


@pytest.mark.usefixtures("nothing_lost")
def test_a_label_of_choice_is_weighed_by_its_log_odds_against_the_others(predictor: Predictor) -> None:
    three, draw = copy(predictor), np.random.default_rng(5)
    head = HeadSpec("Intent", "choice", ("lost_card", "refund", "late"))
    weight, bias = draw.normal(size=(3, predictor.reader.hidden)).astype("f4"), np.zeros(3, dtype=np.float32)
    three.text_heads = [(head, weight, bias)]
    text = "anna pay late refund 3 in berlin"
    tokens, batches = predictor.reader.tokenize([text]), list[StateBatch]()
    predictor.reader.read(tokens, batches.append)
    states, first = batches[0].states[0].numpy(), predictor.reader.first_content

    def odds(kept: Floats) -> float:
        late, others = (weight @ kept.mean(axis=0))[2], (weight @ kept.mean(axis=0))[:2]
        return float(late - np.logaddexp.reduce(others))

    words = words_of(text, tokens[0].places)
    without = [odds(np.delete(states, [first + token for token in word.tokens], axis=0)) for word in words]
    changes = [odds(states) - one for one in without]

    found = explain(three, [text], [{"Intent": ["late"]}])[0]["Intent"]["late"]

    shares = {word.start: change / sum(map(abs, changes)) for word, change in zip(words, changes, strict=True)}
    assert {one.start: one.weight for one in found} == pytest.approx(shares, abs=1e-3)


def test_only_the_labels_asked_for_are_explained_and_spans_never(predictor: Predictor) -> None:
    wanted = {"Topics": ["money", "late"], "Places": ["PLACE"], "Intent": []}

    found = explain(predictor, ["refund pay late", ""], [wanted, {"Intent": ["refund"]}])

    assert found[0].keys() == {"Topics"}
    assert found[0]["Topics"].keys() == {"money", "late"}
    assert found[1] == {"Intent": {"refund": []}}
    assert explain(predictor, ["refund", "pay late"], [{"Topics": ["late"]}, {}])[1] == {}
    assert explain(predictor, ["refund"], [{"Places": ["PLACE"]}]) == [{}]


def test_an_unknown_label_is_an_error(predictor: Predictor) -> None:
    with pytest.raises(ValueError, match="no_such"):
        explain(predictor, ["refund"], [{"Intent": ["no_such"]}])


def test_the_frozen_encoder_embeds_alone_as_in_company(tiny_encoder: Path) -> None:
    embedder = Embedder.load(tiny_encoder)
    texts = ["anna lost card", "", "late " * 300, "退款"]

    together = embedder.embed(texts)

    assert embedder.key == "tiny@1"
    assert together.shape == (4, 32)
    assert together.dtype == np.float32
    alone = np.concatenate([embedder.embed([text]) for text in texts])
    np.testing.assert_allclose(together, alone, atol=2e-2)
    assert embedder.embed([]).shape == (0, 32)

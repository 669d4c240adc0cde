import numpy as np
import pytest
from numpy.typing import NDArray

from modelops.engine.bio import IGNORED, begin_doubts_of, layout_of, spans_of, tags_of, whole_confidence
from modelops.engine.examples import HeadSpec, SpanValue
from modelops.engine.tokens import TextTokenizer

HEAD = HeadSpec("Names", "span", ("A", "B"))
FREE = HeadSpec("Names", "span", ("A", "B"), overlap=True)


def sure(tags: NDArray[np.int64], width: int) -> NDArray[np.float32]:
    """Log-probabilities that put nearly everything on the given tags."""
    scores = np.full((*tags.shape, width), -9.0, dtype=np.float32)
    np.put_along_axis(scores, np.maximum(tags, 0)[..., None], -0.01, axis=-1)
    return scores


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("anna is in paris", "paris"),
        ("   anna  is in\tparis", "paris"),
        ("anna\r\nis in\r\nparis", "paris"),
        ("😀😀 anna 𝒳 paris", "paris"),
        ("😀😀 anna 𝒳 paris", "anna"),
        ("卡丢了在北京😀", "北京"),
        ("北京", "北京"),
        (" paris late ", "paris late"),
        ("query: query: paris", "paris"),
    ],
)
def test_a_span_comes_back_with_exactly_its_text(text: str, words: str, tokenizer: TextTokenizer) -> None:
    start = text.index(words)
    span = SpanValue(start, start + len(words), "B")
    tokens = tokenizer.tokenize(text)
    layout = layout_of(tokens.places, (), (), HEAD)

    tags = tags_of([span], layout, len(tokens.ids), HEAD)
    found = [one for one, _ in spans_of(sure(tags, HEAD.width), layout, HEAD)]

    assert found == [span]
    assert text[found[0].start : found[0].end] == words


def test_neighboring_spans_of_one_label_stay_two() -> None:
    places = [(0, 2), (2, 4), (4, 6)]
    layout = layout_of(places, (), (), HEAD)
    spans = [SpanValue(0, 2, "A"), SpanValue(2, 6, "A")]

    tags = tags_of(spans, layout, 3, HEAD)

    assert tags.tolist() == [1, 1, 2]
    assert [one for one, _ in spans_of(sure(tags, HEAD.width), layout, HEAD)] == spans


def test_overlapping_spans_of_different_labels_both_come_back() -> None:
    places = [(0, 2), (2, 4), (4, 6)]
    layout = layout_of(places, (), (), FREE)
    spans = [SpanValue(0, 4, "A"), SpanValue(2, 6, "B")]

    tags = tags_of(spans, layout, 3, FREE)

    assert [one for one, _ in spans_of(sure(tags, 3), layout, FREE)] == spans


def test_the_longer_of_two_competing_spans_has_the_tokens() -> None:
    layout = layout_of([(0, 2), (2, 4), (4, 6)], (), (), HEAD)

    tags = tags_of([SpanValue(0, 2, "A"), SpanValue(0, 6, "B")], layout, 3, HEAD)

    assert tags.tolist() == [3, 4, 4]


def test_a_span_never_crosses_a_part() -> None:
    places = [(0, 4), (5, 9)]
    whole = layout_of(places, (), (), HEAD)
    parted = layout_of(places, ((0, 4), (5, 9)), (), HEAD)
    inside = sure(np.array([1, 2]), HEAD.width)

    joined = [one for one, _ in spans_of(inside, whole, HEAD)]
    cut = [one for one, _ in spans_of(inside, parted, HEAD)]

    assert joined == [SpanValue(0, 9, "A")]
    assert len(cut) >= 1
    assert all(one.end <= 4 or one.start >= 5 for one in cut)


def test_a_head_reads_only_the_parts_with_its_role() -> None:
    head = HeadSpec("Names", "span", ("A",), part_role="customer")
    places = [(0, 4), (5, 9)]

    layout = layout_of(places, ((0, 4), (5, 9)), ("agent", "customer"), head)
    tags = tags_of([SpanValue(0, 4, "A"), SpanValue(5, 9, "A")], layout, 2, head)

    assert layout.places == [(5, 9)]
    assert tags.tolist() == [IGNORED, 1]


def test_an_inside_without_a_beginning_is_repaired_by_the_best_path() -> None:
    layout = layout_of([(0, 2), (2, 4)], (), (), HEAD)
    scores = np.log(np.array([[0.5, 0.45, 0.02, 0.02, 0.01], [0.1, 0.05, 0.8, 0.03, 0.02]], dtype=np.float32))

    found = spans_of(scores, layout, HEAD)

    assert [one for one, _ in found] == [SpanValue(0, 4, "A")]
    assert found[0][1] == pytest.approx(0.45, abs=1e-4)


def test_only_the_surest_spans_are_kept() -> None:
    head = HeadSpec("Answer", "span", ("A",), max_spans=1)
    layout = layout_of([(0, 2), (3, 5)], (), (), head)
    scores = np.log(np.array([[0.4, 0.6, 0.0001], [0.1, 0.9, 0.0001]], dtype=np.float32))

    found = spans_of(scores, layout, head)

    assert [one for one, _ in found] == [SpanValue(3, 5, "A")]


def test_a_whole_value_is_as_likely_as_the_likeliest_tags_of_all_usable_tokens() -> None:
    layout = layout_of([(0, 2), (2, 2), (2, 4)], (), (), HEAD)
    chances = np.array([[0.8, 0.2, 0, 0, 0], [0.1, 0.9, 0, 0, 0], [0.5, 0.3, 0.2, 0, 0]], dtype=np.float32)

    found = whole_confidence(np.log(np.maximum(chances, 1e-9)), layout)

    assert found == pytest.approx(0.8 * 0.5, rel=1e-4)  # the token in the middle shows nothing
    assert whole_confidence(np.zeros((0, 5), dtype=np.float32), layout_of([], (), (), HEAD)) == 1.0


def test_it_is_unsure_where_spans_begin_and_not_how_they_go_on() -> None:
    """Tags are O, B-A, I-A, B-B, I-B. The token in the middle shows nothing."""
    layout = layout_of([(0, 2), (2, 2), (2, 4), (4, 6)], (), (), HEAD)
    begins = [0.5, 0.5, 0, 0, 0], [0.1, 0.9, 0, 0, 0], [0, 0.4, 0, 0.6, 0], [0.5, 0, 0.5, 0, 0]
    chances = np.array(begins, dtype=np.float32)

    assert begin_doubts_of(np.log(np.maximum(chances, 1e-9)), layout) == pytest.approx([0.25, 0.48, 0.0], abs=1e-6)
    assert begin_doubts_of(np.zeros((0, 5), dtype=np.float32), layout_of([], (), (), HEAD)) == []


def test_labels_that_overlap_are_unsure_each_on_its_own() -> None:
    layout = layout_of([(0, 2)], (), (), HEAD)
    chances = np.array([[[0.5, 0.5, 0.0], [0.2, 0.1, 0.7]]], dtype=np.float32)

    assert begin_doubts_of(np.log(np.maximum(chances, 1e-9)), layout) == pytest.approx([0.25 + 0.09], abs=1e-6)

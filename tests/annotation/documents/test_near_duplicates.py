import random

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from annotation.documents.near_duplicates import BANDS, THRESHOLD, band_keys, shingles, similarity

WORDS = ["order", "parcel", "refund", "app", "screen", "password", "invoice", "delivery", "late", "twice", "camera"]


def test_case_width_and_white_space_do_not_count() -> None:
    assert similarity(shingles("Where is MY  order?"), shingles("where is my order?\n")) == 1.0
    assert similarity(shingles("ＡＢＣ１２３ 订单"), shingles("abc123 订单")) == 1.0


def test_similarity_is_that_of_the_sets_of_shingles() -> None:
    one, other = "abcdefghij", "abcdefghiz"

    assert similarity(shingles(one), shingles(other)) == 5 / 7
    assert similarity(shingles("订单还没有到"), shingles("订单还没有来")) == 3 / 5


def test_texts_shorter_than_a_shingle_are_told_apart() -> None:
    texts = ["", "a", "b", "ab", "abc", "好", "好的", "好的吧", "😀"]

    for one in texts:
        for other in texts:
            assert (similarity(shingles(one), shingles(other)) == 1.0) == (one == other), (one, other)


def test_keys_are_the_same_in_every_process() -> None:
    assert band_keys(shingles("Where is my order?"))[:2] == [-385665016855181933, -8463402305413864640]
    assert len(set(band_keys(shingles("我的订单在哪里？")))) == BANDS


def test_a_long_text_costs_memory_for_a_block_only() -> None:
    text = " ".join(str(number) for number in range(60_000))

    assert len(band_keys(shingles(text[:200_000]))) == BANDS


@given(st.text(max_size=60))
@settings(max_examples=200, deadline=None)
def test_every_text_is_its_own_near_duplicate(text: str) -> None:
    found = shingles(text)

    assert similarity(found, found) == 1.0
    assert found.dtype == np.uint64
    assert band_keys(found) == band_keys(shingles(text))


def test_edits_are_found_and_strangers_are_not() -> None:
    chance = random.Random(5)
    originals = [" ".join(chance.choices(WORDS, k=40)) for _ in range(200)]
    edited = [text.replace(text.split()[20], "warehouse", 1) for text in originals]

    found = missed = 0
    for one, other in zip(originals, edited, strict=True):
        a, b = shingles(one), shingles(other)
        if similarity(a, b) >= THRESHOLD:
            found += 1
            missed += not set(band_keys(a)) & set(band_keys(b))

    assert found > 100
    assert missed <= found * 0.05

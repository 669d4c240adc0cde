from hypothesis import given
from hypothesis import strategies as st

from annotation.answers.alignment import Stretch, aligned

TEXT = st.text(alphabet=st.sampled_from(list("ab 12\r\n的订单😀é𠮷")), max_size=40)


def test_a_changed_word_is_one_stretch() -> None:
    assert aligned("I was charged three times.", "I was charged two times.") == [
        Stretch("same", 0, 14, 0, 14),
        Stretch("changed", 14, 19, 14, 17),
        Stretch("same", 19, 26, 17, 24),
    ]


def test_chinese_is_compared_by_character() -> None:
    assert aligned("我的订单丢了", "我的包裹丢了") == [
        Stretch("same", 0, 2, 0, 2),
        Stretch("changed", 2, 4, 2, 4),
        Stretch("same", 4, 6, 4, 6),
    ]


def test_long_texts_that_share_little_are_replaced_as_a_whole() -> None:
    one = " ".join(f"a{number}" for number in range(3_000))
    other = " ".join(f"b{number}" for number in range(3_000))

    assert [stretch.kind for stretch in aligned(one, other)] == ["changed"]


@given(TEXT, TEXT)
def test_stretches_cover_both_texts_without_gaps_and_same_ones_are_the_same(one: str, other: str) -> None:
    stretches = aligned(one, other)

    assert "".join(one[row.start : row.end] for row in stretches) == one
    assert "".join(other[row.other_start : row.other_end] for row in stretches) == other
    for row in stretches:
        if row.kind == "same":
            assert one[row.start : row.end] == other[row.other_start : row.other_end]

import pytest

from modelops.engine.words import words_of


def test_pieces_of_one_word_are_joined_and_words_are_not() -> None:
    text = "unlucky refund"

    words = words_of(text, [(0, 2), (2, 7), (8, 14)])

    assert [(text[word.start : word.end], word.tokens) for word in words] == [("unlucky", [0, 1]), ("refund", [2])]


@pytest.mark.parametrize(
    ("text", "places", "shown"),
    [
        ("我要退款", [(0, 2), (2, 4)], ["我要", "退款"]),
        ("退款refund", [(0, 2), (2, 8)], ["退款", "refund"]),
        ("don't!", [(0, 3), (3, 4), (4, 5), (5, 6)], ["don't", "!"]),
        ("Résumé", [(0, 3), (3, 6)], ["Résumé"]),
        ("환불해", [(0, 2), (2, 3)], ["환불해"]),
        ("おねがい", [(0, 2), (2, 4)], ["おね", "がい"]),
        ("#4411", [(0, 1), (1, 3), (3, 5)], ["#", "4411"]),
    ],
)
def test_scripts_without_spaces_keep_their_tokens(text: str, places: list[tuple[int, int]], shown: list[str]) -> None:
    assert [text[word.start : word.end] for word in words_of(text, places)] == shown


def test_tokens_that_share_a_character_are_one_word_and_empty_ones_none() -> None:
    words = words_of("😀ok", [(0, 0), (0, 1), (0, 1), (1, 3)])

    assert [(word.start, word.end, word.tokens) for word in words] == [(0, 1, [1, 2]), (1, 3, [3])]

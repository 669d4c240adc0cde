from annotation.documents.excerpts import Piece, first_word, marked


def found(text: str, words: str) -> list[str]:
    return [piece.text for piece in marked(text, words) if piece.is_found]


def test_words_are_marked_where_they_begin_and_han_wherever_it_stands() -> None:
    assert found("Orders: the order, reorder", "order") == ["Orders", "order"]
    assert found("我的订单还没到", "订单") == ["订单"]


def test_the_pieces_make_up_the_text() -> None:
    text = "<b>Late</b> 😀 late (订单)"

    assert "".join(piece.text for piece in marked(text, "late 订单")) == text
    assert found(text, "late 订单") == ["Late", "late", "订单"]


def test_without_words_nothing_is_marked() -> None:
    assert marked("a.b", "") == [Piece("a.b", is_found=False)]
    assert marked("a.b", "(.") == [Piece("a.b", is_found=False)]
    assert first_word(" (") == ""
    assert first_word("«Late order") == "Late"

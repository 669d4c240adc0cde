from hypothesis import given
from hypothesis import strategies as st

from annotation.exports.offsets import converter

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=60)


@given(TEXTS, st.data())
def test_converted_offsets_mark_the_same_text(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))

    utf8, utf16 = converter(text, "utf8"), converter(text, "utf16")

    assert text.encode()[utf8(start) : utf8(end)].decode() == text[start:end]
    units = text.encode("utf-16-le")
    assert units[2 * utf16(start) : 2 * utf16(end)].decode("utf-16-le") == text[start:end]
    assert converter(text, "codepoint")(end) == end

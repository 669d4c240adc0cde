from hypothesis import given
from hypothesis import strategies as st

from annotation.answers.answer import Answer, Span
from annotation.answers.carry_over import carry_over

TEXT = st.text(alphabet=st.sampled_from(list("ab 12.\r\n的订单在😀é𠮷")), min_size=1, max_size=40)


def carried(text: str, other: str, *quotes: str) -> tuple[list[str], int]:
    spans = tuple(Span(text.index(quote), text.index(quote) + len(quote), "ORG") for quote in quotes)
    found = carry_over(Answer({"Entities": spans}), text, other)
    return [other[span.start : span.end] for span in found.answer.spans("Entities")], found.lost


def test_a_span_moves_with_its_words() -> None:
    assert carried("Acme sent it.", "Yesterday Acme sent it.", "Acme") == (["Acme"], 0)
    assert carried("😀顺丰把件丢了", "昨天😀顺丰把件丢了", "顺丰") == (["顺丰"], 0)


def test_a_span_whose_words_changed_is_lost() -> None:
    assert carried("Acme charged $45 twice.", "Acme charged $46 twice.", "Acme", "$45") == (["Acme"], 1)


def test_words_that_stand_elsewhere_only_do_not_count() -> None:
    assert carried("Paris to Rome", "Rome to Berlin Paris", "Paris", "Rome")[1] >= 1


def test_choices_and_texts_go_as_they_are() -> None:
    answer = Answer({"Category": "billing", "Topics": ("a", "b"), "Draft": "Dear you", "Entities": ()})

    assert carry_over(answer, "one", "two").answer == answer


@given(TEXT, TEXT, st.data())
def test_what_is_carried_quotes_the_same_words_and_the_rest_is_counted(
    text: str, other: str, data: st.DataObject
) -> None:
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    span = Span(start, end, "ORG")

    found = carry_over(Answer({"Entities": (span,)}), text, other)
    [*moved] = found.answer.spans("Entities")

    assert len(moved) + found.lost == 1
    for one in moved:
        assert other[one.start : one.end] == text[start:end]
    assert carry_over(Answer({"Entities": (span,)}), text, text).answer.spans("Entities") == (span,)


@given(TEXT, TEXT, TEXT)
def test_order_is_kept_when_text_is_added_around(before: str, text: str, after: str) -> None:
    spans = tuple(Span(place, place + 1, "ORG") for place in range(len(text)))

    found = carry_over(Answer({"Entities": spans}), text, before + text + after)
    starts = [span.start for span in found.answer.spans("Entities")]

    assert starts == sorted(starts)
    assert len(starts) == len(set(starts))

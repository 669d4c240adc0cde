"""How starters and a head share a label set."""

from modelops.starters.answering import ENOUGH_DOCUMENTS, Asked, Span, Starters, stretches_of

TEXT = "Mail a@b.com on 2024-03-05"
CHOSEN = {"Entities": {"EMAIL": "email", "DATE": "date"}}
EMAIL: Span = {"start": 5, "end": 12, "label": "EMAIL"}
DATE: Span = {"start": 16, "end": 26, "label": "DATE"}
NAME: Span = {"start": 0, "end": 4, "label": "NAME"}


def asked(text: str = TEXT, overlap: bool = False, most: int | None = None) -> Asked:  # noqa: FBT001, FBT002
    return Asked("Entities", overlap, most, ((0, len(text)),))


def test_before_any_gold_starters_answer_alone_and_are_half_sure() -> None:
    found = Starters(CHOSEN).complete(asked(), TEXT, None, [])

    assert (found.maker, found.pairs) == ("starters", [(EMAIL, 0.5), (DATE, 0.5)])


def test_without_a_starter_and_without_a_head_nothing_is_said() -> None:
    assert Starters({}).complete(asked(), TEXT, None, []).maker == ""


def test_a_head_answers_the_labels_that_no_starter_has() -> None:
    found = Starters(CHOSEN).complete(asked(), TEXT, [NAME, EMAIL | {"end": 9}], [0.9, 0.9])

    assert (found.maker, [span for span, _ in found.pairs]) == ("mixed", [NAME, EMAIL, DATE])


def test_a_label_that_enough_documents_taught_is_the_heads() -> None:
    starters = Starters(CHOSEN)
    for number in range(ENOUGH_DOCUMENTS):
        starters.compare(number, "Entities", TEXT, [EMAIL])

    found = starters.complete(asked(), TEXT, [], [])
    assert [span for span, _ in found.pairs] == [DATE]
    starters.forget(0)
    found = starters.complete(asked(), TEXT, [], [])
    assert [span for span, _ in found.pairs] == [EMAIL, DATE]


def test_confidence_follows_what_gold_says_of_a_starter() -> None:
    starters = Starters(CHOSEN)
    for number in range(6):
        starters.compare(number, "Entities", TEXT, [EMAIL])

    found = starters.complete(asked(), TEXT, None, [])

    assert [sure for _, sure in found.pairs] == [0.875, 0.125]


def test_of_two_that_meet_the_surer_stays_and_no_more_than_are_asked_for() -> None:
    wide: Span = {"start": 0, "end": 14, "label": "NAME"}

    surer = Starters(CHOSEN).complete(asked(), TEXT, [wide], [0.9])
    both = Starters(CHOSEN).complete(asked(overlap=True), TEXT, [wide], [0.3])
    one = Starters(CHOSEN).complete(asked(most=1), TEXT, [NAME], [0.6])

    assert [span for span, _ in surer.pairs] == [wide, DATE]
    assert [span for span, _ in both.pairs] == [wide, EMAIL, DATE]
    assert [span for span, _ in one.pairs] == [NAME]


def test_only_the_parts_that_a_label_set_reads_are_searched() -> None:
    stretches = stretches_of(TEXT, [(0, 13), (13, 26)], ["agent", "customer"], "customer")

    found = Starters(CHOSEN).complete(Asked("Entities", False, None, stretches), TEXT, None, [])

    assert [span for span, _ in found.pairs] == [DATE]

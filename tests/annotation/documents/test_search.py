"""What people type finds what they mean, in English and in Chinese."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotation.documents.models import Document
from annotation.documents.search import MOST_TERMS, as_query, as_vector, meta_term, meta_terms, terms
from annotation.projects.models import Project
from tests import make

TEXTS = {
    "refund": "I want my REFUND now, order A-1207!",
    "refunds": "Two refunds are open.",
    "chinese": "我要退款，订单号是88231。快递还没到",
    "apart": "退了一件，款项未到",
    "astral": "𠮷野家的账单 bill",
    "kana": "返金をおねがいします",
}


def found(words: str) -> set[str | None]:
    project = Project.objects.get()
    return set(Document.objects.matching(project.pk, words).values_list("external_id", flat=True))


@pytest.fixture
def texts(db: None) -> None:
    project = make.project()
    for name, text in TEXTS.items():
        make.document(project, text, external_id=name)


@pytest.mark.parametrize(
    ("words", "names"),
    [
        ("refund", {"refund", "refunds"}),
        ("Refund NOW", {"refund"}),
        ("1207", {"refund"}),
        ("退款", {"chinese"}),
        ("退", {"chinese", "apart"}),
        ("到", {"chinese", "apart"}),
        ("还没到", {"chinese"}),
        ("𠮷野", {"astral"}),
        ("账单 bill", {"astral"}),
        ("8823", {"chinese"}),
        ("おねがい", {"kana"}),
        ("快递 refund", set()),
        ("!?", set()),
        ("' | & : * \\", set()),
        ("nothing", set()),
    ],
)
@pytest.mark.usefixtures("texts")
def test_words_find_the_texts_that_hold_them(words: str, names: set[str]) -> None:
    assert found(words) == names


@pytest.mark.usefixtures("texts")
def test_characters_that_stand_apart_are_not_a_phrase() -> None:
    assert found("没到快") == set()


@pytest.mark.usefixtures("texts")
def test_another_projects_texts_are_not_found() -> None:
    other = make.project(manager=make.user("noa"))

    assert not Document.objects.matching(other.pk, "refund").exists()


@given(st.text(max_size=200))
def test_every_pair_of_han_characters_and_every_word_is_a_term(text: str) -> None:
    found_terms = set(terms(text))

    assert all(term and "'" not in term and "\\" not in term for term in found_terms)
    assert as_vector(terms(text)).count("'") == 2 * len(found_terms)


@given(st.text(max_size=60))
def test_what_people_type_never_holds_an_operator(words: str) -> None:
    query = as_query(words)

    assert all(part.startswith("'") and part.rstrip(":*").endswith("'") for part in query.split(" & ") if part)


def test_a_huge_text_has_bounded_terms() -> None:
    text = "".join(chr(0x4E00 + number * 7 % 20_000) for number in range(200_000))

    assert len(terms(text)) <= MOST_TERMS


@pytest.mark.django_db
def test_a_huge_text_is_stored_and_found() -> None:
    project = make.project()
    text = "".join(chr(0x4E00 + number * 7919 % 20_000) for number in range(200_000))

    make.document(project, text, external_id="huge")

    assert Document.objects.matching(project.pk, text[10:14]).get().external_id == "huge"


@pytest.mark.usefixtures("texts")
def test_the_list_of_the_api_finds_by_words() -> None:
    project = Project.objects.get()
    client = make.client(project.created_by)

    answer: Any = client.get(f"/api/v1/projects/{project.pk}/documents/", {"q": "退款"}).json()

    assert [row["external_id"] for row in answer["results"]] == ["chinese"]


def test_meta_has_terms_of_its_own_that_no_word_finds() -> None:
    found = meta_terms({"channel": "chat", "customer": 77, "is_new": True, "tags": ["a"], "none": None})

    assert len(found) == 3
    assert all(term.startswith("=") for term in found)
    assert meta_term("customer", 77) == meta_term("customer", 77.0)
    assert meta_term("customer", 1) != meta_term("customer", True)
    assert meta_term("customer", "77") != meta_term("customer", 77)
    assert not any(term.startswith("=") for term in terms(found[0]))


@pytest.mark.parametrize("words", ["refund", "退款", "快递还没到", "bill", "nothing of it"])
def test_many_documents_are_found_like_few(texts: None, monkeypatch: pytest.MonkeyPatch, words: str) -> None:
    few = found(words)

    monkeypatch.setattr("annotation.documents.models.FEW_FOUND", 0)

    assert found(words) == few

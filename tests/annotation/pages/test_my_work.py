from typing import Any
from urllib.parse import urlencode

import pytest
from pytest_django import DjangoAssertNumQueries

from annotation.annotations.gold import NewGold, record_gold
from annotation.annotations.models import Annotation, Source, Status
from annotation.documents.models import Document
from annotation.pages.agreement_words import Reading
from annotation.people.models import User
from annotation.projects.models import Project, Role
from annotation.quality.pace import Pace
from tests import make
from tests.annotation.pages.test_access import signed_in

pytestmark = pytest.mark.django_db

OTHER = {"Category": "other", "Sentiment": "neutral", "Entities": []}
BILLING = {**OTHER, "Category": "billing"}
ALICE = {"start": 0, "end": 5, "label": "PERSON"}


def answered(document: Document, person: User, answer: dict[str, Any], **fields: Any) -> Annotation:
    fields = {"status": Status.SUBMITTED, "seconds": 10.0, **fields}
    return Annotation.objects.create(document=document, user=person, answer=answer, **fields)


def corrected_documents(project: Project, person: User, number: int) -> list[Document]:
    """Documents whose predicted category, "other", the person changed to "billing"."""
    documents = []
    for place in range(number):
        document = make.document(project, f"Alice was charged twice, case {place}")
        prediction = make.prediction(document, OTHER)
        answered(document, person, BILLING, prediction=prediction)
        documents.append(document)
    return documents


def page_of(project: Project, person: User, path: str = "") -> Any:
    return signed_in(person).get(f"/projects/{project.pk}/me/{path}")


def by_title(rows: list[Reading]) -> dict[str, Reading]:
    return {row.title: row for row in rows}


def test_a_newcomer_is_shown_the_way_to_the_first_answer() -> None:
    project = make.project()

    page = page_of(project, make.member(project, "alice")).content.decode()

    assert "Nothing to show yet" in page
    assert f"/projects/{project.pk}/annotate/" in page


def test_pace_is_that_of_ones_own_submitted_answers() -> None:
    project = make.project()
    alice, bob = make.member(project, "alice"), make.member(project, "bob")
    for seconds in (10.0, 20.0, 30.0, 3_000.0, 0.0):
        answered(make.document(project, f"{seconds}"), alice, OTHER, seconds=seconds)
    answered(make.document(project, "draft"), alice, OTHER, status=Status.DRAFT, seconds=1.0)
    answered(make.document(project, "not mine"), bob, OTHER, seconds=1.0)

    page = page_of(project, alice)

    assert page.context["pace"] == Pace(documents=4, capped=1, lower=17.5, median=25.0, upper=172.5)
    assert page.context["answers"] == 5
    assert [bar.day.documents for bar in page.context["days"]] == [0] * 13 + [5]
    assert "1 document was cut so." in page.content.decode()


def test_agreement_with_others_has_its_number_and_range_and_no_name() -> None:
    project = make.project(overlap=2)
    alice, bob = make.member(project, "alice"), make.member(project, "bob")
    for place in range(20):
        document = make.document(project, f"Alice {place}")
        answered(document, alice, {**OTHER, "Entities": [ALICE]})
        answered(document, bob, {**(OTHER if place < 16 else BILLING), "Entities": [ALICE] if place < 9 else []})

    page = page_of(project, alice)

    rows = by_title(page.context["with_others"])
    assert (rows["Category"].percent, rows["Category"].agreement.documents) == (80, 20)
    assert (rows["Category"].low, rows["Category"].high) == (58, 92)
    assert rows["Category"].words == "Mostly the same."
    assert rows["Entities"].percent == 62  # 9 in common, 11 mine alone: 18 / 29
    assert rows["Sentiment"].words == "Nearly always the same."
    assert "bob" not in page.content.decode()


def test_too_few_documents_give_no_figure() -> None:
    project = make.project(overlap=2)
    alice, bob = make.member(project, "alice"), make.member(project, "bob")
    for place in range(9):
        document = make.document(project, f"text {place}")
        answered(document, alice, OTHER)
        answered(document, bob, OTHER)

    page = page_of(project, alice)

    row = by_title(page.context["with_others"])["Category"]
    assert row.words == "Not enough yet: 10 needed, 1 more."
    assert "100 %" not in page.content.decode()


def test_gold_that_only_oneself_gave_is_no_agreement() -> None:
    project = make.project()
    alice, rui = make.member(project, "alice"), make.member(project, "rui", Role.REVIEWER)
    documents = [make.document(project, f"text {place}") for place in range(5)]
    for document in documents:
        answered(document, alice, OTHER)
    answered(documents[4], rui, OTHER)
    own, accepted, corrected, machine, agreed = (document.pk for document in documents)

    record_gold(project.pk, [NewGold(own, OTHER, alice.pk)], Source.ANNOTATION)
    record_gold(project.pk, [NewGold(accepted, OTHER, alice.pk)], Source.REVIEW)
    record_gold(project.pk, [NewGold(corrected, BILLING, rui.pk)], Source.ADJUDICATION)
    record_gold(project.pk, [NewGold(machine, OTHER)], Source.AUTO_ACCEPT)
    record_gold(project.pk, [NewGold(agreed, OTHER, alice.pk)], Source.ANNOTATION)
    row = by_title(page_of(project, alice).context["with_gold"])["Category"].agreement

    assert (row.documents, round(row.value, 3)) == (3, 0.667)


def test_each_count_of_corrections_opens_its_documents() -> None:
    project = make.project(production_version=1)
    alice = make.member(project, "alice")
    documents = corrected_documents(project, alice, 3)
    blind = make.document(project, "Alice again")
    answered(blind, alice, BILLING, is_blind=True)

    page = page_of(project, alice)
    [category, sentiment] = page.context["corrected"]
    counts = [count for count, _url in category.cells]
    opened = signed_in(alice).get(category.cells[1][1])

    assert (category.title, category.label, counts) == ("Category", "other", [0, 3, 0, 0, 0])
    assert [count for count, _url in sentiment.cells] == [3, 0, 0, 0, 0]
    assert page.context["blind"] == 1
    assert [row.document.pk for row in opened.context["rows"]] == [row.pk for row in reversed(documents)]
    assert opened.context["rows"][0].given == ["billing"]
    assert f"/projects/{project.pk}/documents/{documents[0].pk}/" in opened.content.decode()


def test_corrections_are_ones_own_and_an_unknown_kind_is_404() -> None:
    project = make.project()
    alice, bob = make.member(project, "alice"), make.member(project, "bob")
    corrected_documents(project, alice, 2)
    query = {"label_set": "Category", "label": "other", "kind": "relabeled"}

    mine = page_of(project, bob, f"corrections/?{urlencode(query)}")

    assert mine.context["total"] == 0
    assert page_of(project, alice, f"corrections/?{urlencode({**query, 'kind': 'guessed'})}").status_code == 404
    assert page_of(project, alice, f"corrections/?{urlencode({**query, 'label_set': 'Gone'})}").status_code == 404


@pytest.mark.parametrize("path", ["", "corrections/?label_set=Category&label=other&kind=relabeled"])
def test_a_stranger_gets_404_and_nobody_unknown_gets_in(path: str) -> None:
    project = make.project()

    assert page_of(project, make.user("eve"), path).status_code == 404
    assert page_of(project, make.member(project, "rui", Role.REVIEWER), path).status_code == 200


@pytest.mark.parametrize("number", [1, 60])
def test_the_page_costs_the_same_for_few_and_many(
    number: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    project = make.project()
    alice, bob = make.member(project, "alice"), make.member(project, "bob")
    for document in corrected_documents(project, alice, number):
        answered(document, bob, OTHER)
    client = signed_in(alice)

    # session, person, membership, label sets, labels, own answers, others' answers, answers by day
    with django_assert_num_queries(8):
        client.get(f"/projects/{project.pk}/me/")
    with django_assert_num_queries(7):
        client.get(f"/projects/{project.pk}/me/corrections/?label_set=Category&label=other&kind=relabeled")

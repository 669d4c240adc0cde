import pytest
from pytest_django import DjangoAssertNumQueries

from annotation.compiled import CompiledQuery
from annotation.documents.models import Document
from annotation.predictions.models import Prediction, current_predictions, fast_head_source
from annotation.projects.models import Membership
from tests import make

pytestmark = pytest.mark.django_db


def test_finds_what_the_orm_finds_by_the_values_of_each_call(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    query = CompiledQuery(
        lambda project, user: Membership.objects.select_related("project").filter(project_id=project, user_id=user)
    )
    manager = make.user("mia")
    projects = [make.project(manager=manager, name=f"Tickets {number}") for number in range(3)]
    people = [make.member(project, f"person{number}") for number, project in enumerate(projects)]
    for project in projects:
        for person in people:
            wanted = Membership.objects.filter(project=project, user=person).first()
            with django_assert_num_queries(1):
                found = query.first(project.pk, person.pk)
                assert found == wanted
                assert found is None or found.project.name == project.name


def test_a_number_that_no_column_holds_finds_nothing() -> None:
    query = CompiledQuery(lambda pk: Document.objects.filter(pk=pk))
    assert query.rows(2**63 - 1) == []
    assert query.rows(2**63) == []


def test_a_value_that_the_query_does_not_use_is_an_error() -> None:
    with pytest.raises(ValueError, match=r"\[1\]"):
        CompiledQuery(lambda pk, _other: Document.objects.filter(pk=pk)).rows(1, 2)


def test_what_people_see_of_one_document_is_what_they_see_of_it_among_many() -> None:
    project = make.project()
    documents = [make.document(project, f"text {number}") for number in range(3)]
    for document in documents[:2]:
        for version in (1, 2, 3):
            make.prediction(document, {}, version=version)
        make.prediction(document, {}, version=2, source=fast_head_source(2, 7))
    ids = [document.pk for document in documents]
    seen: set[tuple[int | None, str]] = set()
    for newest in (None, 1, 2, 3):
        together = Prediction.objects.current(ids, newest)
        alone = {pk: row for one in ids for pk, row in current_predictions([one], newest).items()}
        assert alone == together
        assert [vars(row)["rank"] for row in alone.values()] == [vars(row)["rank"] for row in together.values()]
        seen |= {(row.version, row.source) for row in alone.values()}
    assert seen == {(1, ""), (2, "fast_head/2/7"), (3, "")}
    assert current_predictions([], 1) == {}

"""A word that many documents have is found by walking the list; no document is missed for it."""

import pytest
from django.db import connection

from annotation.documents import models
from annotation.documents.models import Document, DocumentSearch
from annotation.projects.models import Project
from tests import make

pytestmark = pytest.mark.django_db


def texts_of(project: Project, words: str) -> list[str]:
    return list(Document.objects.filter(project=project).matching(project.pk, words).values_list("text", flat=True))


def test_many_few_and_no_documents_are_found_alike(monkeypatch: pytest.MonkeyPatch) -> None:
    project, other = make.project(), make.project(name="Other", manager=make.user("moe"))
    for number in range(12):
        make.document(project, f"parcel {number}")
        make.document(other, f"letter {number}")
    make.document(project, "one letter")
    walked = []
    few_with_terms = models._few_with_terms

    def watched(project_id: int, query: str) -> list[int] | None:
        few = few_with_terms(project_id, query)
        walked.append(few is None)
        return few

    monkeypatch.setattr(models, "_few_with_terms", watched)
    monkeypatch.setattr(models, "_SAMPLE", 13)

    assert len(texts_of(project, "parcel")) == 12
    assert texts_of(project, "letter") == ["one letter"]
    assert texts_of(project, "nobody") == texts_of(other, "parcel") == []
    assert walked == [True, False, False, False]


def test_an_empty_project_has_no_words() -> None:
    assert texts_of(make.project(), "parcel") == []


def test_the_index_of_terms_is_asked_for_one_project() -> None:
    """Where the number were of another type, the index would be read for every project of the site."""
    project = make.project()
    searches = DocumentSearch.objects.filter(models._matches("'parcel'"), project=models.as_key(project.pk))
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        plan = searches.order_by().explain()

    condition = next(line for line in plan.splitlines() if "Index Cond" in line)
    assert "project_id" in condition
    assert "terms" in condition

"""Pages of documents whose ids are known already, as behind a number of a report."""

import numpy as np
import pytest

from annotation.documents.models import Document, DocumentQuerySet
from annotation.finding.keyset import ORDERS, Found, Page, page_of
from tests import make

pytestmark = pytest.mark.django_db


def plain(rows: DocumentQuerySet) -> DocumentQuerySet:
    return rows


def walk(found: Found, order: str) -> list[list[int]]:
    """All pages forwards, then back to the first."""
    page, cursor, seen = Page([]), "", []
    for way in ("next", "previous"):
        while True:
            page = page_of(found, plain, order=order, cursor=cursor, limit=2)
            seen.append([row.pk for row in page.rows])
            if not getattr(page, way):
                break
            cursor = getattr(page, way)
    return seen


@pytest.mark.parametrize("order", ORDERS)
def test_known_ids_give_the_pages_that_the_rows_give(order: str) -> None:
    project = make.project()
    documents = [make.document(project, priority=place % 3) for place in range(9)]
    ids = np.array([document.pk for document in documents[1:]])
    documents[4].delete()
    rows = Document.objects.filter(project=project, pk__in=ids.tolist())

    assert walk(Found(rows, ids=ids), order) == walk(Found(rows), order)
    assert len(walk(Found(rows), order)) > 6

"""The honest sample: gold on documents that chance alone put before people."""

import pytest

from annotation.annotations.models import Gold, Source
from annotation.bulk.models import BulkItem, BulkLabeling
from annotation.documents.models import Document
from annotation.people.models import User
from annotation.projects.models import Project
from annotation.queue.models import Assignment, AssignmentKind, AssignmentState
from modelops.selection.models import Draw, random_gold
from tests import make

pytestmark = pytest.mark.django_db


def drawn(project: Project, person: User, *, is_random: bool = True, source: Source = Source.ANNOTATION) -> Document:
    """A document that was lent and has gold from this person."""
    document = make.document(project)
    make.gold(document, {"Category": "billing"})
    Gold.objects.filter(document=document).update(source=source, by=person)
    Assignment.objects.create(
        project=project, document=document, user=person, state=AssignmentState.DONE, expires_at=document.created_at
    )
    Draw.objects.create(document=document, is_random=is_random, probability=0.1, function="margin")
    return document


def found(project: Project) -> list[int]:
    return [gold.document_id for gold in random_gold(project.pk).order_by("document_id")]


def test_gold_from_people_on_randomly_drawn_documents_counts() -> None:
    project = make.project()
    mia = User.objects.get(username="mia")
    taken = [drawn(project, mia, source=source) for source in (Source.ANNOTATION, Source.REVIEW, Source.ADJUDICATION)]
    drawn(project, mia, is_random=False)
    drawn(project, mia, source=Source.IMPORT)
    drawn(project, mia, source=Source.AUTO_ACCEPT)

    assert found(project) == [document.pk for document in taken]


def test_what_somebody_picked_is_no_random_draw() -> None:
    project = make.project()
    mia = User.objects.get(username="mia")
    first, checked, in_bulk = (drawn(project, mia) for _ in range(3))
    by_hand = drawn(project, mia)
    Document.objects.filter(pk=first.pk).update(urgency=1)
    Assignment.objects.filter(document=checked).update(kind=AssignmentKind.HIDDEN)
    Assignment.objects.filter(document=by_hand).delete()
    labeling = BulkLabeling.objects.create(project=project, user=mia)
    BulkItem.objects.create(labeling=labeling, document=in_bulk, annotation_version=1, document_state="new")

    assert found(project) == []


def test_the_sample_and_its_probabilities_cost_one_query(django_assert_num_queries: object) -> None:
    project = make.project()
    mia = User.objects.get(username="mia")
    for _ in range(3):
        drawn(project, mia)

    with django_assert_num_queries(1):  # type: ignore[operator]
        rows = list(random_gold(project.pk).select_related("document__draw"))
        assert [gold.document.draw.probability for gold in rows] == [0.1] * 3

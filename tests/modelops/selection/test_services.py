from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from annotation.documents.models import URGENT, Document, State
from annotation.projects.models import Project
from annotation.queue.services import lend
from modelops.evaluation.split import is_test
from modelops.live.models import Embedding, EmbeddingWork
from modelops.live.similar import to_bytes
from modelops.registry.models import ModelVersion
from modelops.registry.services import NewVersion, register
from modelops.selection.labeled import labeled_of
from modelops.selection.models import Draw, Ranking
from modelops.selection.order import START_BATCH
from modelops.selection.pool import Floats
from modelops.selection.services import make_rounds, note_predictions, rank, rank_if_due, request_ranking, rerank_next
from modelops.work.models import WorkState
from tests import make
from tests.conftest import Messages

pytestmark = pytest.mark.django_db
CATEGORY = [{"name": "Category", "kind": "choice", "labels": [f"label {number}" for number in range(9)]}]
ENCODER = "e@1"


def project_of(count: int, **settings: Any) -> tuple[Project, list[Document]]:  # Any: of several types
    """A project whose queue has so many documents, nobody's gold yet."""
    project = make.project(label_sets=CATEGORY, encoder="e", salt="salt", **settings)
    return project, [make.document(project, f"text {number}") for number in range(count)]


def in_production(project: Project) -> ModelVersion:
    version = register(project_id=project.pk, new=NewVersion("1/1", "0" * 64, "e", 10))
    Project.objects.filter(pk=project.pk).update(production_version=version.number)
    return version


def embedded(documents: list[Document], vectors: NDArray[Any]) -> None:  # Any: of any number type
    for document, vector in zip(documents, vectors, strict=True):
        Embedding.objects.create(
            text_sha256=document.text_sha256, encoder=ENCODER, vector=to_bytes(vector.astype(np.float32))
        )
    values = {"encoder": ENCODER, "total": len(documents), "done": len(documents)}
    EmbeddingWork.objects.create(project=documents[0].project, **values)


def predicted(documents: list[Document], version: int, sure: list[float]) -> None:
    for document, first in zip(documents, sure, strict=True):
        confidence = {"Category": {"label 0": first, "label 1": 1 - first}}
        make.prediction(document, {"Category": "label 0"}, version, confidence=confidence)


def queue_of(project: Project) -> list[int]:
    return list(Document.objects.filter(project=project).open().in_queue_order().values_list("pk", flat=True))


def with_gold(project: Project, count: int) -> None:
    for number in range(count):
        make.gold(make.document(project, f"gold {number}", state=State.GOLD), {"Category": "label 0"})


def test_without_a_model_the_queue_is_a_random_order_and_every_document_says_so() -> None:
    project, documents = project_of(30)

    decision = rank(project.pk)

    assert (decision.function, decision.reason) == ("random", "not_embedded")
    assert queue_of(project) != [document.pk for document in documents]
    draws = Draw.objects.filter(document__project=project)
    assert {(draw.is_random, draw.probability, draw.function) for draw in draws} == {(True, 1.0, "random")}
    assert draws.count() == 30
    before = queue_of(project)
    rank(project.pk)
    assert queue_of(project) == before


def test_the_least_sure_document_comes_first_and_the_random_ones_stay_where_chance_put_them() -> None:
    project, documents = project_of(60, selection="margin", random_share=0.2)
    version = in_production(project)
    predicted(documents, version.number, [0.99 - number / 200 for number in range(60)])

    decision = rank(project.pk)

    drawn = dict(Draw.objects.filter(document__project=project).values_list("document", "is_random"))
    by_doubt = [document.pk for document in reversed(documents) if not drawn[document.pk]]
    assert decision.function == "margin"
    assert [pk for pk in queue_of(project) if not drawn[pk]] == by_doubt
    assert 4 <= sum(drawn.values()) <= 20
    assert {draw.probability for draw in Draw.objects.all()} == {0.2}
    assert {draw.function for draw in Draw.objects.filter(is_random=True)} == {"random"}


def test_a_lent_document_keeps_the_draw_under_which_it_was_lent() -> None:
    project, documents = project_of(20)
    rank(project.pk)
    [assignment] = lend(project=project, user=make.member(project, "rui"), count=1)
    version = in_production(project)
    predicted(documents, version.number, [0.9] * 20)
    Project.objects.filter(pk=project.pk).update(selection="margin", random_share=0.0)

    rank(project.pk)

    assert Draw.objects.get(document=assignment.document).function == "random"
    assert Draw.objects.filter(function="margin", is_random=False, probability=0.0).count() == 19


def test_urgent_documents_stay_in_front() -> None:
    project, documents = project_of(10)
    Document.objects.filter(pk=documents[7].pk).update(urgency=1, priority=URGENT)

    rank(project.pk)
    rank(project.pk)

    assert queue_of(project)[0] == documents[7].pk
    documents[7].refresh_from_db()
    assert URGENT < documents[7].priority <= URGENT + 1


def test_a_cold_project_starts_with_the_documents_that_stand_for_its_groups() -> None:
    project, documents = project_of(120, random_share=0.0)
    generator = np.random.default_rng(0)
    embedded(documents, np.eye(3)[np.arange(120) % 3] + generator.normal(0, 0.01, (120, 3)))

    decision = rank(project.pk)

    assert (decision.function, decision.reason) == ("covering", "cold_start")
    first = Draw.objects.get(document=queue_of(project)[0])
    assert (first.function, first.is_random) == ("covering", False)
    assert first.group_size > 0
    assert Ranking.objects.get(project=project).function == "covering"


def test_at_the_start_gold_tells_how_far_the_words_of_the_labels_go() -> None:
    """Nine groups, each around its label's words; eight have gold, so the ninth comes next."""
    project, documents = project_of(180, random_share=0.0)
    generator = np.random.default_rng(0)
    vectors = np.eye(12)[np.arange(180) % 9] + generator.normal(0, 0.2, (180, 12))
    embedded(documents, vectors)
    asked: list[tuple[str, ...]] = []

    def embed(encoder: str, words: tuple[str, ...]) -> Floats:
        asked.append((encoder, *words))
        return np.eye(12, dtype=np.float32)[:9]

    for number in [number for number in range(45) if number % 9 != 8]:
        make.gold(documents[number], {"Category": f"label {number % 9}"})
        Document.objects.filter(pk=documents[number].pk).update(state=State.GOLD, slots=0)
    rank(project.pk, embed)

    assert asked == [("e", *(f"label {number}" for number in range(9)))]
    first = Document.objects.get(pk=queue_of(project)[0])
    assert int(first.text.removeprefix("text ")) % 9 == 8
    assert Ranking.objects.get(project=project).facts["trusted"] == ["Category"]
    rank(project.pk)
    assert Ranking.objects.get(project=project).facts["trusted"] == []


def test_gold_of_test_documents_is_not_told_to_the_order() -> None:
    project, documents = project_of(40)
    embedded(documents, np.ones((40, 4)))
    for document in documents[:30]:
        make.gold(document, {"Category": "label 1"})

    _, [words] = labeled_of(project, ENCODER, lambda _, words: np.ones((len(words), 4), dtype=np.float32))

    tests = [is_test(project.salt, document.text_key) for document in documents[:30]]
    assert sorted(words.gold.tolist()) == sorted(-1 if tested else 1 for tested in tests)
    assert -1 in words.gold


def test_after_the_start_doubtful_documents_of_different_kinds_come_first() -> None:
    project, documents = project_of(120, random_share=0.0)
    with_gold(project, 100)
    version = in_production(project)
    predicted(documents, version.number, [0.5 if number < 60 else 0.99 for number in range(120)])
    embedded(documents, np.eye(60)[np.arange(120) % 60])

    decision = rank(project.pk)

    assert (decision.function, decision.label_sets) == ("margin_clusters", ("Category",))
    assert set(queue_of(project)[:50]) <= {document.pk for document in documents[:60]}


def test_a_ranking_costs_the_same_queries_whatever_the_size(
    django_assert_max_num_queries: Callable[[int], object],
) -> None:
    project, _ = project_of(40)

    with django_assert_max_num_queries(15):  # type: ignore[attr-defined]  # a context manager
        rank(project.pk)


def test_predictions_of_a_slice_leave_their_doubts_for_the_next_ranking(sent_messages: Messages) -> None:
    project, documents = project_of(4)
    version = in_production(project)
    predicted(documents, version.number, [0.9, 0.6, 0.8, 0.7])

    note_predictions(version.pk, [document.pk for document in documents[:2]])

    kept = dict(Draw.objects.filter(version=version.number).values_list("document", "doubts"))
    assert kept == {documents[0].pk: {"Category": 0.2}, documents[1].pk: {"Category": 0.8}}
    assert Ranking.objects.get(project=project).state == WorkState.QUEUED


def test_a_ranking_is_due_after_a_batch_of_gold_or_a_changed_setting(
    sent_messages: Messages, django_capture_on_commit_callbacks: Callable[..., object]
) -> None:
    project, _ = project_of(3)
    rank(project.pk)
    Ranking.objects.update(state=WorkState.SUCCEEDED)
    with_gold(project, 49)
    rank_if_due(project.pk)
    make_rounds()
    assert Ranking.objects.get().state == WorkState.SUCCEEDED

    with_gold_again = make.document(project, "one more", state=State.GOLD)
    make.gold(with_gold_again, {"Category": "label 0"})
    rank_if_due(project.pk)
    assert Ranking.objects.get().state == WorkState.QUEUED

    Ranking.objects.update(state=WorkState.SUCCEEDED)
    Project.objects.filter(pk=project.pk).update(random_share=0.3)
    make_rounds()
    assert Ranking.objects.get().state == WorkState.QUEUED


def test_at_the_start_a_ranking_is_due_sooner(sent_messages: Messages) -> None:
    project, _ = project_of(3)
    rank(project.pk)
    Ranking.objects.update(state=WorkState.SUCCEEDED, function="covering")
    with_gold(project, START_BATCH - 1)
    rank_if_due(project.pk)
    assert Ranking.objects.get().state == WorkState.SUCCEEDED

    make.gold(make.document(project, "one more", state=State.GOLD), {"Category": "label 0"})
    rank_if_due(project.pk)
    assert Ranking.objects.get().state == WorkState.QUEUED


def test_a_request_that_waits_is_enough(
    sent_messages: Messages, django_capture_on_commit_callbacks: Callable[..., object]
) -> None:
    project, _ = project_of(1)

    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[attr-defined]  # a context manager
        request_ranking(project.pk)
        request_ranking(project.pk)

    assert sent_messages == [("modelops.tasks.rank", (project.pk,))]


def test_new_doubts_reorder_the_next_documents_and_leave_the_random_ones() -> None:
    project, documents = project_of(40, selection="margin", random_share=0.2)
    version = in_production(project)
    predicted(documents, version.number, [0.99 - number / 200 for number in range(40)])
    rank(project.pk)
    before = queue_of(project)
    drawn = dict(Draw.objects.values_list("document", "is_random"))

    moved = rerank_next(project.pk, {document.pk: {"Category": 1 - n / 40} for n, document in enumerate(documents)})

    after = queue_of(project)
    assert moved > 0
    assert [before.index(pk) for pk in drawn if drawn[pk]] == [after.index(pk) for pk in drawn if drawn[pk]]
    assert [pk for pk in after if not drawn[pk]] == [one.pk for one in documents if not drawn[one.pk]]

"""Suspicious gold: wrong labels come first, dismissals stay, near-duplicates that differ are found."""

from typing import Any

import numpy as np
import pytest
from django.test import Client

from annotation.documents.models import Document
from annotation.people.models import User
from annotation.projects.models import Project
from modelops.live.models import Embedding, EmbeddingWork
from modelops.live.similar import to_bytes
from modelops.suspects import job
from modelops.suspects.conflicts import Member, conflicts
from modelops.suspects.likelihood import doubted_choices, doubted_sets
from modelops.suspects.models import Suspect, SuspectWork
from modelops.suspects.services import conflicts_of, dismiss, request_suspects, suspects_of
from tests import make

LABEL_SETS: list[dict[str, Any]] = [{"name": "Category", "kind": "choice", "labels": ["a", "b"]}]


def clouds(count: int, seed: int = 1) -> tuple[Any, list[str]]:
    """Two well-separated clouds of vectors, and the label of each row."""
    random = np.random.default_rng(seed)
    labels = ["a", "b"] * (count // 2)
    centers = np.array([[1.0] * 8 + [0.0] * 8 if label == "a" else [0.0] * 8 + [1.0] * 8 for label in labels])
    return (centers + random.normal(scale=0.2, size=(count, 16))).astype(np.float32), labels


def test_wrong_labels_are_the_least_likely_ones() -> None:
    vectors, labels = clouds(80)
    wrong = {4: "b", 31: "a", 60: "b"}
    given = [wrong.get(row, label) for row, label in enumerate(labels)]

    found = doubted_choices(vectors, given)

    assert {one.row for one in found[:3]} == set(wrong)
    assert [one.likelihood for one in found] == sorted(one.likelihood for one in found)
    assert {(one.row, one.suggested) for one in found[:3]} == {(row, labels[row]) for row in wrong}


def test_rare_labels_and_one_label_alone_say_nothing() -> None:
    vectors, labels = clouds(20)

    assert doubted_choices(vectors, ["a"] * 20) == []
    assert all(one.given != "rare" for one in doubted_choices(vectors, ["rare", *labels[1:]]))


def test_a_missing_and_a_needless_label_among_several_are_found() -> None:
    vectors, labels = clouds(80)
    values = [[label] for label in labels]
    values[10], values[21] = [], ["a", "b"]

    found = doubted_sets(vectors, values, ["a", "b"])

    assert {(one.row, tuple(one.suggested)) for one in found[:2]} == {(10, ("a",)), (21, ("b",))}  # type: ignore[arg-type]


def test_groups_conflict_where_an_answered_choice_differs() -> None:
    rows = [
        Member(1, 1, {"Category": "a"}), Member(2, 1, {"Category": "b"}),
        Member(3, 3, {"Category": "a"}), Member(4, 3, {"Category": "a"}),
        Member(5, 5, {"Category": "a"}), Member(6, 5, {"Category": None}),
        Member(7, 7, {"Topics": ["x", "y"]}), Member(8, 7, {"Topics": ["y", "x"]}),
    ]  # fmt: skip

    found = conflicts(rows, {"Category": "choice", "Topics": "choices", "Entities": "span"})

    assert [(one.group, one.label_sets) for one in found] == [(1, ("Category",))]


@pytest.fixture
def project(db: None) -> Project:
    """Forty documents with gold and vectors; the fifth is labeled wrongly."""
    made = make.project(label_sets=LABEL_SETS)
    vectors, labels = clouds(40)
    for number, (vector, label) in enumerate(zip(vectors, labels, strict=True)):
        document = make.document(made, f"text {number}", external_id=str(number))
        make.gold(document, {"Category": "b" if number == 4 else label})
        Embedding.objects.create(text_sha256=document.text_sha256, encoder="e@1", vector=to_bytes(vector))
    EmbeddingWork.objects.create(project=made, encoder="e@1", total=40, done=40)
    SuspectWork.objects.create(project=made)
    return made


def test_the_worker_lists_what_is_unlikely(project: Project) -> None:
    job.run(project.pk)

    first = suspects_of(project.pk)[0]
    assert (first.document.external_id, first.given, first.suggested) == ("4", "b", "a")
    work = SuspectWork.objects.get()
    assert (work.state, work.total) == ("succeeded", 40)


def test_without_vectors_it_says_so_and_is_tried_again(project: Project) -> None:
    Embedding.objects.all().delete()

    job.run(project.pk)

    work = SuspectWork.objects.get()
    assert (work.state, work.error) == (
        "queued",
        "The texts are being embedded; the list is made when most of them are.",
    )


def test_it_is_right_is_kept_until_the_value_changes(project: Project) -> None:
    job.run(project.pk)
    suspect = suspects_of(project.pk)[0]

    dismiss(suspect, user=project.created_by)
    SuspectWork.objects.update(state="queued")
    job.run(project.pk)
    assert suspect.pk not in [row.pk for row in suspects_of(project.pk)]

    Suspect.objects.filter(pk=suspect.pk).update(given="a")
    assert suspect.pk in [row.pk for row in suspects_of(project.pk)]


def test_near_duplicates_with_differing_gold_are_found_in_two_statements(
    project: Project, django_assert_num_queries: Any
) -> None:
    pair = list(Document.objects.filter(external_id__in=("0", "1")).order_by("pk"))
    Document.objects.filter(pk__in=[row.pk for row in pair]).update(near_group=pair[0].pk)

    with django_assert_num_queries(2):
        [found] = conflicts_of(project.pk)

    assert [member.document_id for member in found.members] == [row.pk for row in pair]


def test_the_page_lists_both_and_takes_a_dismissal(project: Project, django_assert_max_num_queries: Any) -> None:
    job.run(project.pk)
    client = Client()
    client.force_login(User.objects.get(username="mia"))
    address = f"/projects/{project.pk}/suspects/"

    with django_assert_max_num_queries(20):
        answer = client.get(address)
    assert "text 4" in answer.content.decode()
    suspect = suspects_of(project.pk)[0]
    assert client.post(f"{address}{suspect.pk}/dismiss/").status_code == 302
    assert "text 4" not in client.get(address).content.decode()


def test_annotators_and_strangers_do_not_see_it(project: Project) -> None:
    client = Client()
    client.force_login(make.member(project, "bob"))
    address = f"/projects/{project.pk}/suspects/"

    assert client.get(address).status_code == 403
    assert client.post(f"{address}find/").status_code == 403
    client.force_login(make.user("eve"))
    assert client.get(address).status_code == 404


def test_asking_embeds_first(project: Project, django_capture_on_commit_callbacks: Any, sent_messages: Any) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        request_suspects(project)

    assert [name for name, _ in sent_messages] == ["modelops.tasks.embed", "modelops.tasks.find_suspects"]

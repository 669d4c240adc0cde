"""A blind share of documents comes without a prediction: drawn once, stored, never leaked while it is in hand."""

from datetime import timedelta
from math import sqrt
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from rest_framework.test import APIClient

from annotation.annotations.models import Annotation, Gold, GoldChange, Status
from annotation.annotations.services import Save, save
from annotation.documents.models import Document
from annotation.events.models import Event
from annotation.predictions.models import Prediction
from annotation.projects.models import Project, ReviewPolicy, Role
from annotation.queue.models import Assignment
from annotation.reviews.models import Verdict
from annotation.reviews.services import Opinion, review
from tests import make
from tests.annotation.api.test_queue import statements
from tests.annotation.pages.test_access import signed_in

pytestmark = pytest.mark.django_db

ANSWER = {"Category": "billing", "Sentiment": "negative", "Entities": []}


def filled(number: int, **settings: Any) -> Project:  # Any: fields of a project
    project = make.project(production_version=1, **settings)
    documents = [make.document(project, f"text {place}") for place in range(number)]
    Prediction.objects.bulk_create(
        Prediction(document=document, version=1, answer={"Category": "other"}) for document in documents
    )
    return project


def lent(client: APIClient, project: Project, count: int = 50) -> list[dict[str, object]]:
    answer = client.post(f"/api/v1/projects/{project.pk}/queue/next/", {"count": count}, format="json")
    rows: list[dict[str, object]] = answer.json()["assignments"] if answer.status_code == 200 else []
    return rows


def stored_flags() -> dict[object, bool]:
    return dict(Assignment.objects.values_list("pk", "is_blind"))


def test_over_1000_documents_the_share_is_the_set_one_and_stored_as_it_was_told() -> None:
    project = filled(1_000, blind_share=0.2)
    people = [make.client(make.member(project, f"person{place}")) for place in range(4)]

    told = [row for place in range(20) for row in lent(people[place % 4], project)]

    assert len(told) == 1_000
    blind = sum(row["blind"] is True for row in told)
    assert abs(blind - 200) <= 3 * sqrt(1_000 * 0.2 * 0.8)
    assert {row["id"]: row["blind"] for row in told} == stored_flags()
    assert all((row["prediction"] is None) is row["blind"] for row in told)


def test_a_share_changed_later_leaves_documents_that_were_lent_as_they_are() -> None:
    project = filled(40, blind_share=0.5, overlap=2)
    first = {row["document"]["id"]: row["blind"] for row in lent(make.client(make.member(project, "alice")), project)}  # type: ignore[index]

    Project.objects.update(blind_share=0.0)
    second = {row["document"]["id"]: row["blind"] for row in lent(make.client(make.member(project, "bob")), project)}  # type: ignore[index]
    Assignment.objects.filter(user__username="bob").update(expires_at=timezone.now() - timedelta(seconds=1))
    Project.objects.update(blind_share=1.0)
    third = {row["document"]["id"]: row["blind"] for row in lent(make.client(make.member(project, "carl")), project)}  # type: ignore[index]

    assert len(first) == 40
    assert set(first.values()) == {True, False}
    assert first == second == third


def test_no_statement_more_without_a_share_and_at_most_eight_with_one() -> None:
    counts = []
    for place, share in enumerate((0.0, 1.0)):
        project = filled(3, blind_share=share, manager=make.user(f"manager{place}"))
        client = make.client(make.member(project, f"alice{place}"))
        client.get(f"/api/v1/projects/{project.pk}/queue/")
        with CaptureQueriesContext(connection) as lending:
            lent(client, project, 3)
        counts.append(len(statements(lending)))

    # A blind batch stores its flags, and asks for no predictions.
    assert counts[0] <= 7
    assert counts[1] <= 7


def test_a_blind_prediction_is_shown_nowhere_until_the_answer_is_in() -> None:
    project = filled(1, blind_share=1.0)
    alice, bob = make.member(project, "alice"), make.member(project, "bob")
    [row] = lent(make.client(alice), project)
    document = Document.objects.get()
    api, page = f"/api/v1/documents/{document.pk}/", f"/projects/{project.pk}/documents/{document.pk}/"
    queue = make.client(alice).get(f"/api/v1/projects/{project.pk}/queue/").json()["assignments"]

    before = make.client(alice).get(api).json()["prediction"], signed_in(alice).get(page)
    save(document=document, user=alice, asked=Save(ANSWER, Status.SUBMITTED))
    after = make.client(alice).get(api).json()["prediction"], signed_in(alice).get(page)

    assert (row["prediction"], row["blind"], queue) == (None, True, [row])
    assert before[0] is None
    assert before[1].context["prediction"] is None
    assert "without suggestions" in before[1].content.decode()
    assert make.client(bob).get(api).json()["prediction"]["version"] == 1
    assert after[0]["version"] == 1
    assert after[1].context["prediction"].version == 1


@pytest.mark.parametrize("share", [0.0, 1.0])
def test_the_annotation_keeps_what_the_person_saw(share: float) -> None:
    project = filled(1, blind_share=share)
    client = make.client(make.member(project, "alice"))
    lent(client, project)
    prediction = Prediction.objects.get()
    path = f"/api/v1/documents/{prediction.document_id}/annotation/"

    for status in ("draft", "submitted"):
        body = {"answer": ANSWER, "status": status, "prediction": prediction.pk, "seconds": 3.0}
        told = client.put(path, body, format="json").json()
        kept = Annotation.objects.get()
        expected = None if share else prediction.pk
        assert (told["prediction"], kept.prediction_id, kept.is_blind) == (expected, expected, bool(share)), status


def test_an_answer_sent_after_the_lease_ran_out_is_still_a_blind_one() -> None:
    project = filled(1, blind_share=1.0)
    client = make.client(make.member(project, "alice"))
    lent(client, project)
    prediction = Prediction.objects.get()
    Assignment.objects.update(state="expired")

    client.put(
        f"/api/v1/documents/{prediction.document_id}/annotation/",
        {"answer": ANSWER, "status": "submitted", "prediction": prediction.pk},
        format="json",
    )

    kept = Annotation.objects.get()
    assert (kept.is_blind, kept.prediction_id) == (True, None)


def test_a_blind_document_that_is_sent_back_stays_blind() -> None:
    project = filled(1, blind_share=1.0, review=ReviewPolicy.ALL)
    alice = make.member(project, "alice")
    lent(make.client(alice), project)
    made = save(document=Document.objects.get(), user=alice, asked=Save(ANSWER, Status.SUBMITTED))

    review(annotation=made, reviewer=make.member(project, "rui", Role.REVIEWER), opinion=Opinion(Verdict.SEND_BACK))

    assert Assignment.objects.values_list("state", "is_blind").order_by("-pk").first() == ("open", True)


def test_the_feed_the_export_and_the_events_say_the_same_of_a_blind_answer() -> None:
    said = []
    for place, share in enumerate((0.0, 1.0)):
        project = filled(1, blind_share=share, manager=make.user(f"manager{place}"))
        alice = make.member(project, f"alice{place}")
        client = make.client(alice)
        lent(client, project)
        document = Document.objects.get(project=project)
        client.put(f"/api/v1/documents/{document.pk}/annotation/", {"answer": ANSWER, "status": "submitted"}, "json")
        feed = client.get(f"/api/v1/projects/{project.pk}/labels/").json()["results"]
        exported = client.get(f"/api/v1/projects/{project.pk}/export/?which=gold")
        lines = b"".join(exported.streaming_content).decode()  # type: ignore[attr-defined]
        said.append(
            (
                [(row["answer"], row["source"], row["deleted"]) for row in feed],
                Gold.objects.get(document=document).answer,
                GoldChange.objects.filter(project=project).count(),
                '"Category": "billing"' in lines or '"Category":"billing"' in lines,
                list(Event.objects.filter(project_id=project.pk).order_by("pk").values_list("type", flat=True)),
            )
        )

    assert said[0] == said[1]
    assert said[0][3]

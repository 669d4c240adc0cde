"""A manager sets another share to review for a person, on the page or by the API; the draw is kept beside it."""

import pytest
from django.test import Client

from annotation.annotations.models import Status
from annotation.annotations.review_items import ReviewItem
from annotation.annotations.services import Save, save
from annotation.audit.models import AuditEntry
from annotation.people.models import User
from annotation.projects.models import Membership, Project
from annotation.queue.blind import place_of
from tests import make

pytestmark = pytest.mark.django_db
ANSWER = {"Category": "billing", "Sentiment": "negative", "Entities": []}


@pytest.fixture
def project() -> Project:
    return make.project(review="sample", review_share=0.2)


@pytest.fixture
def alice(project: Project) -> User:
    return make.member(project, "alice")


def drawn(project: Project, person: User, share: float) -> bool:
    """Whether exactly those of 30 answers wait whose place lies below the share."""
    documents = [make.document(project, f"{person.username} {number}") for number in range(30)]
    for document in documents:
        save(document=document, user=person, asked=Save(ANSWER, Status.SUBMITTED))
    waiting = dict(ReviewItem.objects.filter(document__in=documents).values_list("document", "share"))
    below = [row.pk for row in documents if place_of(project.salt, row.pk, purpose="review") < share]
    return waiting == dict.fromkeys(below, share)


def test_each_person_is_sampled_by_their_own_share_or_by_the_projects(project: Project, alice: User) -> None:
    bob, carl = make.member(project, "bob"), make.member(project, "carl")
    for person, share in ((alice, 0.7), (bob, 0.0)):
        Membership.objects.filter(project=project, user=person).update(review_share=share)

    assert drawn(project, alice, 0.7)
    assert drawn(project, bob, 0.0)
    assert drawn(project, carl, 0.2)


def test_a_manager_sets_it_on_the_page_in_percent_and_empties_it_again(project: Project, alice: User) -> None:
    row = Membership.objects.get(project=project, user=alice)
    client, stranger = Client(), Client()
    client.force_login(project.created_by)
    stranger.force_login(alice)
    address = f"/projects/{project.pk}/members/{row.pk}/review-share/"
    kept = []

    for given in ("55", "120", ""):
        client.post(address, {"share": given})
        row.refresh_from_db()
        kept.append(row.review_share)
    refused = stranger.post(address, {"share": "1"})

    assert kept == [0.55, 0.55, None]
    assert refused.status_code == 403
    assert AuditEntry.objects.filter(table="annotation_membership", changes__review_share=[None, 0.55]).exists()
    page = client.get(f"/projects/{project.pk}/members/").content.decode()
    assert 'placeholder="20"' in page


def test_the_api_tells_it_to_managers_alone(project: Project, alice: User) -> None:
    manager, annotator = make.client(project.created_by), make.client(alice)
    address = f"/api/v1/projects/{project.pk}/members/"
    body = {"username": "alice", "role": "annotator"}

    made = manager.post(address, body | {"review_share": 0.5}, format="json")
    wrong = manager.post(address, body | {"review_share": 2}, format="json")
    kept = manager.post(address, body, format="json")

    assert (made.status_code, wrong.status_code) == (201, 422)
    assert kept.json()["review_share"] == 0.5
    shares = {row["username"]: row.get("review_share", "untold") for row in manager.get(address).json()["results"]}
    assert shares["alice"] == 0.5
    assert {row.get("review_share", "untold") for row in annotator.get(address).json()["results"]} == {"untold"}

import pytest

from annotation.annotations.models import Annotation, Gold, Status
from annotation.annotations.services import Save, save
from annotation.documents.models import Document, State
from annotation.events.models import Event
from annotation.projects.models import Project, Role
from annotation.queue.services import lend, open_assignments
from annotation.reviews.models import Adjudication, Review
from tests import make

pytestmark = pytest.mark.django_db

ANSWER = {"Category": "billing", "Sentiment": "negative", "Entities": []}
OTHER = ANSWER | {"Category": "other"}


def submitted(project: Project, name: str = "alice", answer: object = ANSWER) -> Annotation:
    person = make.member(project, name)
    [assignment] = lend(project=project, user=person, count=1)
    return save(document=assignment.document, user=person, asked=Save(answer=answer, status=Status.SUBMITTED))


def reviewed_project() -> Project:
    project = make.project(review="all")
    make.document(project)
    return project


def test_an_accepted_annotation_becomes_gold() -> None:
    project = reviewed_project()
    annotation = submitted(project)
    rui = make.client(make.member(project, "rui", Role.REVIEWER))

    made = rui.post(f"/api/v1/annotations/{annotation.pk}/review/", {"verdict": "accept"}, format="json")

    assert made.status_code == 201, made.content
    gold = Gold.objects.get()
    assert (gold.answer, gold.by, gold.source) == (ANSWER, annotation.user, "review")
    assert Event.objects.filter(type="review.made").count() == 1


def test_a_corrected_annotation_becomes_gold_as_corrected_and_keeps_what_was_given() -> None:
    project = reviewed_project()
    annotation = submitted(project)
    reviewer = make.member(project, "rui", Role.REVIEWER)
    body = {"verdict": "correct", "answer": OTHER, "comment": "about money"}

    made = make.client(reviewer).post(f"/api/v1/annotations/{annotation.pk}/review/", body, format="json")

    assert made.status_code == 201
    assert (Gold.objects.get().answer, Gold.objects.get().by) == (OTHER, reviewer)
    assert Annotation.objects.get().answer == ANSWER


def test_what_is_sent_back_is_on_its_annotators_desk_again() -> None:
    project = reviewed_project()
    annotation = submitted(project)
    rui = make.client(make.member(project, "rui", Role.REVIEWER))

    rui.post(f"/api/v1/annotations/{annotation.pk}/review/", {"verdict": "send_back", "comment": "?"}, format="json")

    assert [row.document for row in open_assignments(project=project, user=annotation.user)] == [annotation.document]
    assert not Gold.objects.exists()
    save(document=annotation.document, user=annotation.user, asked=Save(answer=OTHER, status=Status.SUBMITTED))
    assert Document.objects.get().state == State.ANNOTATED


def test_nobody_reviews_their_own_work_and_annotators_review_none() -> None:
    project = reviewed_project()
    annotation = submitted(project)
    path = f"/api/v1/annotations/{annotation.pk}/review/"
    membership = project.memberships.get(user=annotation.user)

    as_annotator = make.client(annotation.user).post(path, {"verdict": "accept"}, format="json")
    membership.role = Role.REVIEWER
    membership.save()
    as_reviewer = make.client(annotation.user).post(path, {"verdict": "accept"}, format="json")
    as_stranger = make.client(make.user("eve")).post(path, {"verdict": "accept"}, format="json")

    assert (as_annotator.status_code, as_reviewer.status_code, as_stranger.status_code) == (403, 403, 404)
    assert not Gold.objects.exists()
    assert not Review.objects.exists()


@pytest.mark.parametrize(
    "body",
    [{"verdict": "perhaps"}, {"verdict": "correct"}, {"verdict": "correct", "answer": {"Category": "red"}}],
)
def test_a_bad_verdict_changes_nothing(body: dict[str, object]) -> None:
    project = reviewed_project()
    annotation = submitted(project)
    rui = make.client(make.member(project, "rui", Role.REVIEWER))

    assert rui.post(f"/api/v1/annotations/{annotation.pk}/review/", body, format="json").status_code == 422

    assert not Review.objects.exists()


def test_two_equal_answers_are_gold_and_two_different_ones_are_settled() -> None:
    project = make.project(overlap=2)
    make.document(project, "first", priority=2)
    submitted(project, "alice")
    assert not Gold.objects.exists()
    submitted(project, "bob")
    assert Gold.objects.get().answer == ANSWER

    second = make.document(project, "second")
    for name, answer in (("alice", ANSWER), ("bob", OTHER)):
        person = project.memberships.get(user__username=name).user
        lend(project=project, user=person, count=1)
        save(document=second, user=person, asked=Save(answer=answer, status=Status.SUBMITTED))
    assert Gold.objects.count() == 1

    rui = make.client(make.member(project, "rui", Role.REVIEWER))
    settled = rui.post(f"/api/v1/documents/{second.pk}/adjudication/", {"answer": OTHER}, format="json")

    assert settled.json() == {
        "document": second.pk, "answer": OTHER, "source": "adjudication", "adjudication": Adjudication.objects.get().pk
    }  # fmt: skip
    assert Gold.objects.count() == 2

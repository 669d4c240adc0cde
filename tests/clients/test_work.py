"""Queue, annotations, reviews, projects, runs and versions by the client."""

import pytest

from annotation.projects.models import Project, ReviewPolicy, Role
from collabweb_client import Conflict, Forbidden, NotSignedIn, Span, VersionConflict
from modelops.prelabeling.models import PredictRequest
from tests import make
from tests.clients.conftest import Open
from tests.clients.faults import Faults

pytestmark = pytest.mark.django_db

ANSWER = {"Category": "billing", "Sentiment": "neutral", "Entities": [Span(0, 5, "PERSON")]}


def test_a_document_is_lent_answered_and_given_back(client_of: Open) -> None:
    project = make.project()
    document = make.document(project, "Where is my order?")
    make.document(project, "Another text altogether.")
    client = client_of(make.member(project, "alice"))

    lent = client.next_assignments(project.pk, count=2)
    saved = client.annotate(lent[0].document, ANSWER, seconds=3.5)
    client.give_back(lent[1])

    assert document.pk in [assignment.document.id for assignment in lent]
    assert (saved.version, saved.status, saved.seconds) == (1, "submitted", 3.5)
    assert saved.answer["Entities"] == [{"start": 0, "end": 5, "label": "PERSON"}]
    assert client.assignments(project.pk) == []
    assert [annotation.id for annotation in client.annotations(project.pk)] == [saved.id]


def test_an_empty_queue_lends_nothing(client_of: Open) -> None:
    project = make.project()

    assert client_of(project.created_by).next_assignments(project.pk) == []


def test_a_save_on_an_old_version_tells_what_stands(client_of: Open) -> None:
    project = make.project()
    document = make.document(project)
    client = client_of(project.created_by)
    first = client.annotate(document.pk, ANSWER)
    client.annotate(document.pk, ANSWER | {"Category": "other"}, if_match=first.version)

    with pytest.raises(VersionConflict) as caught:
        client.annotate(document.pk, ANSWER | {"Category": "delivery"}, if_match=first.version)

    assert caught.value.body["present"]["answer"]["Category"] == "other"


def test_reviews_settle_what_others_answered(client_of: Open) -> None:
    project = make.project(review=ReviewPolicy.ALL)
    document = make.document(project)
    alice, rui = make.member(project, "alice"), make.member(project, "rui", Role.REVIEWER)
    saved = client_of(alice).annotate(document.pk, ANSWER)
    reviewer = client_of(rui)

    review = reviewer.review(saved, "correct", answer=ANSWER | {"Category": "other"}, comment="A delivery.")

    assert (review.verdict, review.annotation, review.comment) == ("correct", saved.id, "A delivery.")
    gold = reviewer.document(document.pk).gold
    assert gold is not None
    assert (gold.answer["Category"], gold.source) == ("other", "review")
    with pytest.raises(Forbidden):
        client_of(alice).review(saved, "accept")


def test_a_project_is_made_changed_and_deleted(client_of: Open) -> None:
    client = client_of(make.user("mia"))
    make.user("alice")
    label_sets = [{"name": "Mood", "kind": "choice", "labels": [{"name": "good"}, {"name": "bad"}]}]

    made = client.create_project("Mails", label_sets=label_sets, settings={"train_after": 0})
    changed = client.change_project(made, name="Letters", settings={"lease_minutes": 7})
    member = client.add_member(made, "alice")

    assert [label.name for label in made.label_sets[0].labels] == ["good", "bad"]
    assert (changed.name, changed.settings["lease_minutes"], changed.role) == ("Letters", 7, "manager")
    assert (member.username, member.role) == ("alice", "annotator")
    assert sorted(member.username for member in client.members(made)) == ["alice", "mia"]
    assert [project.id for project in client.projects()] == [made.id]
    client.delete_project(made)
    assert list(client.projects()) == []


def test_a_run_is_queued_once_and_cancelled(client_of: Open) -> None:
    project = make.project()
    make.gold(make.document(project), {"Category": "billing"})
    client = client_of(project.created_by)

    run = client.start_run(project.pk, reason="A try", seed=7)
    with pytest.raises(Conflict) as caught:
        client.start_run(project.pk)
    ended = client.cancel_run(run)

    assert (run.state, run.reason, run.arguments["seed"]) == ("queued", "A try", 7)
    assert caught.value.body["run"] == run.id
    assert ended.state == client.wait_for_run(run).state == "cancelled"
    assert [seen.id for seen in client.runs(project.pk)] == [run.id]
    assert list(client.versions(project.pk)) == []
    with pytest.raises(Conflict):
        client.rollback(project.pk)


def test_texts_are_asked_about_in_batches(client_of: Open, faults: Faults, monkeypatch: pytest.MonkeyPatch) -> None:
    project = make.project()
    client = client_of(project.created_by)

    def worker(rows: object, pk: int) -> PredictRequest:
        """Answers as the worker would."""
        asked = PredictRequest.objects.get(pk=pk)
        said = [{"answer": {"Category": text}, "confidence": {}} for text in asked.texts]
        asked.result = {"version": 3, "predictions": said}
        return asked

    def ask(project: Project, texts: list[str]) -> PredictRequest:
        return PredictRequest.objects.create(project=project, texts=texts)

    texts = [f"text {number} 文" for number in range(300)]
    with pytest.raises(Conflict, match="no_version"):
        next(client.predict(project.pk, texts))
    monkeypatch.setattr("modelops.api.predict.wait_for", worker)
    monkeypatch.setattr("modelops.api.predict.ask", ask)
    faults.asked.clear()

    found = list(client.predict(project.pk, texts))

    assert [row.answer["Category"] for row in found] == texts
    assert {row.version for row in found} == {3}
    assert len(faults.asked) == 2


def test_a_token_comes_of_a_name_and_a_password(client_of: Open, faults: Faults) -> None:
    mia = make.user("mia")
    client = client_of(mia)

    token = client.make_token("mia", "correct horse battery")

    assert len(token) > 20
    with pytest.raises(NotSignedIn):
        client.make_token("mia", "wrong")

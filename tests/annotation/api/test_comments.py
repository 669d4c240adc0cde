import pytest
from pytest_django import DjangoAssertNumQueries

from annotation.comments.models import Comment, Flag
from annotation.comments.services import NewComment, add_comment
from annotation.documents.models import Document
from annotation.projects.models import Role
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def document() -> Document:
    return make.document(make.project(), "Where is 𠮷野家😀?")


def comments(document: Document) -> str:
    return f"/api/v1/documents/{document.pk}/comments/"


def flag(document: Document) -> str:
    return f"/api/v1/documents/{document.pk}/flag/"


def test_a_comment_is_written_read_changed_and_deleted(document: Document) -> None:
    alice = make.client(make.member(document.project, "alice"))

    made = alice.post(comments(document), {"text": " ORG? ", "start": 9, "end": 13}, format="json")
    path = f"/api/v1/comments/{made.json()['id']}/"
    changed = alice.patch(path, {"text": "ORG!"}, format="json")

    assert made.status_code == 201, made.content
    assert (made.json()["text"], made.json()["start"], made.json()["end"]) == (" ORG? ", 9, 13)
    assert (changed.status_code, changed.json()["text"]) == (200, "ORG!")
    assert changed.json()["edited_at"] is not None
    assert [row["text"] for row in alice.get(comments(document)).json()["results"]] == ["ORG!"]
    assert alice.delete(path).status_code == 204
    assert alice.get(comments(document)).json()["results"] == []
    assert alice.patch(path, {"text": "x"}, format="json").status_code == 404


def test_a_repeated_call_with_its_key_answers_200_with_the_same_comment(document: Document) -> None:
    alice = make.client(make.member(document.project, "alice"))

    answers = [
        alice.post(comments(document), {"text": "Hm"}, format="json", HTTP_IDEMPOTENCY_KEY="one") for _ in range(2)
    ]

    assert [answer.status_code for answer in answers] == [201, 200]
    assert answers[0].json() == answers[1].json()
    assert Comment.objects.count() == 1


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"text": ""}, "text"),
        ({}, "text"),
        ({"text": "x" * 4001}, "text"),
        ({"text": "x", "start": 5}, "start"),
        ({"text": "x", "start": -1, "end": 2}, "start"),
        ({"text": "x", "start": 0, "end": 10**12}, "end"),
    ],
)
def test_a_bad_comment_is_422_with_its_field(document: Document, body: dict[str, object], field: str) -> None:
    alice = make.client(make.member(document.project, "alice"))

    answer = alice.post(comments(document), body, format="json")

    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == field
    assert not Comment.objects.exists()


def test_a_stranger_gets_404_everywhere(document: Document) -> None:
    comment, _ = add_comment(document=document, user=document.project.created_by, new=NewComment("A secret"))
    stranger = make.client(make.user("eve"))

    answers = [
        stranger.get(comments(document)),
        stranger.post(comments(document), {"text": "x"}, format="json"),
        stranger.patch(f"/api/v1/comments/{comment.pk}/", {"text": "x"}, format="json"),
        stranger.delete(f"/api/v1/comments/{comment.pk}/"),
        stranger.get(flag(document)),
        stranger.put(flag(document), {"reason": "x"}, format="json"),
        stranger.delete(flag(document)),
        stranger.post(f"{flag(document)}resolve/"),
    ]

    assert {answer.status_code for answer in answers} == {404}
    assert [row.text for row in Comment.objects.present()] == ["A secret"]
    assert not Flag.objects.exists()


def test_nobody_changes_anothers_comment_and_only_a_manager_deletes_it(document: Document) -> None:
    comment, _ = add_comment(document=document, user=make.member(document.project, "alice"), new=NewComment("Mine"))
    path = f"/api/v1/comments/{comment.pk}/"
    rui = make.client(make.member(document.project, "rui", Role.REVIEWER))
    mia = make.client(document.project.created_by)

    assert rui.patch(path, {"text": "Yours"}, format="json").status_code == 403
    assert rui.delete(path).status_code == 403
    assert mia.patch(path, {"text": "Yours"}, format="json").status_code == 403
    assert Comment.objects.present().get().text == "Mine"
    assert mia.delete(path).status_code == 204
    assert not Comment.objects.present().exists()


def test_a_reviewer_resolves_a_flag_and_an_annotator_may_not(document: Document) -> None:
    alice = make.client(make.member(document.project, "alice"))
    rui = make.client(make.member(document.project, "rui", Role.REVIEWER))
    put = alice.put(flag(document), {"reason": "Two languages"}, format="json")
    assert (put.status_code, put.json()["reason"]) == (200, "Two languages")

    refused = alice.post(f"{flag(document)}resolve/")
    assert refused.status_code == 403
    assert Flag.objects.open().count() == 1
    done = rui.post(f"{flag(document)}resolve/")

    assert done.json()["flags"][0]["resolved_by"]["name"] == "rui"
    assert alice.get(flag(document)).json() == done.json()


def test_a_flag_is_taken_back(document: Document) -> None:
    alice = make.client(make.member(document.project, "alice"))
    alice.put(flag(document), {}, format="json")

    assert alice.delete(flag(document)).status_code == 204
    assert alice.get(flag(document)).json() == {"flags": []}


def test_a_lent_document_says_how_much_people_talk_about_it(document: Document) -> None:
    alice = make.client(make.member(document.project, "alice"))
    alice.post(comments(document), {"text": "Hm"}, format="json")
    alice.put(flag(document), {"reason": "?"}, format="json")

    lent = alice.post(f"/api/v1/projects/{document.project_id}/queue/next/", {"count": 1}, format="json").json()

    [assignment] = lent["assignments"]
    assert (assignment["comments"], assignment["flagged"]) == (1, True)
    assert alice.get(f"/api/v1/projects/{document.project_id}/queue/").json()["assignments"][0]["comments"] == 1


@pytest.mark.parametrize("number", [1, 30])
def test_a_thread_costs_the_same_for_few_and_many(
    document: Document, number: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for place in range(number):
        add_comment(document=document, user=document.project.created_by, new=NewComment(f"{place}"))
    client = make.client(document.project.created_by)
    client.get(comments(document))

    with django_assert_num_queries(3):  # token, document, comments
        assert len(client.get(comments(document)).json()["results"]) == number

import pytest

from annotation.comments.models import Comment, Flag
from annotation.comments.services import NewComment, add_comment, delete_comment, flag
from annotation.documents.models import Document
from annotation.projects.models import Role
from tests import make
from tests.annotation.pages.test_access import signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def document() -> Document:
    return make.document(make.project(), "😀 Alice owes €5")


def path(document: Document, rest: str = "") -> str:
    return f"/projects/{document.project_id}/documents/{document.pk}/{rest}"


def test_the_page_shows_the_thread_with_the_words_a_comment_is_about(document: Document) -> None:
    alice = make.member(document.project, "alice")
    add_comment(document=document, user=alice, new=NewComment("<b>Who?</b>", 2, 7))

    page = signed_in(alice).get(path(document)).content.decode()

    assert "Alice</q>" in page
    assert "&lt;b&gt;Who?&lt;/b&gt;" in page


def test_a_comment_on_the_whole_document_quotes_nothing(document: Document) -> None:
    add_comment(document=document, user=document.project.created_by, new=NewComment("Hm"))

    assert "<q" not in signed_in(document.project.created_by).get(path(document)).content.decode()


def test_a_comment_is_written_and_deleted_on_the_page(document: Document) -> None:
    alice = signed_in(make.member(document.project, "alice"))

    assert alice.post(path(document, "comment/"), {"text": "Hm\r\nwell"}).status_code == 302
    comment = Comment.objects.present().get()
    assert comment.text == "Hm\nwell"
    assert alice.post(path(document, "comment/"), {"text": " "}).status_code == 302
    assert Comment.objects.count() == 1
    assert alice.post(path(document, f"comments/{comment.pk}/delete/")).status_code == 302
    assert not Comment.objects.present().exists()


def test_strangers_and_lower_roles_change_nothing(document: Document) -> None:
    mia = document.project.created_by
    comment, _ = add_comment(document=document, user=mia, new=NewComment("Mine"))
    flag(document=document, user=mia, reason="")
    stranger, alice = signed_in(make.user("eve")), signed_in(make.member(document.project, "alice"))
    rests = ("resolve/", f"comments/{comment.pk}/delete/")

    assert {stranger.post(path(document, rest)).status_code for rest in (*rests, "comment/")} == {404}
    assert {alice.post(path(document, rest)).status_code for rest in rests} == {403}
    assert (Comment.objects.present().count(), Flag.objects.open().count()) == (1, 1)


def test_a_reviewer_resolves_the_flags(document: Document) -> None:
    flag(document=document, user=make.member(document.project, "alice"), reason="Spam?")
    rui = make.member(document.project, "rui", Role.REVIEWER)

    assert "Spam?" in signed_in(rui).get(path(document)).content.decode()
    assert signed_in(rui).post(path(document, "resolve/")).status_code == 302

    assert Flag.objects.get().resolved_by == rui


def test_documents_are_found_by_their_flags_and_comments(document: Document) -> None:
    project = document.project
    flagged, silent = make.document(project, "Flagged"), make.document(project, "Silent")
    add_comment(document=document, user=project.created_by, new=NewComment("One"))
    gone, _ = add_comment(document=silent, user=project.created_by, new=NewComment("Two"))
    delete_comment(comment=gone)
    flag(document=flagged, user=project.created_by, reason="")
    client = signed_in(project.created_by)

    def found(query: str) -> list[int]:
        page = client.get(f"/projects/{project.pk}/documents/?{query}")
        return [row.document.pk for row in page.context["rows"]]

    assert found("talk=flagged") == [flagged.pk]
    assert found("talk=comments") == [document.pk]
    assert len(found("talk=x")) == 3

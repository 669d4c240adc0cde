import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from annotation.comments.models import Comment, Flag
from annotation.comments.services import (
    MAX_COMMENT_CHARS,
    NewComment,
    add_comment,
    delete_comment,
    edit_comment,
    flag,
    resolve_flags,
    unflag,
)
from annotation.events.models import Event
from annotation.projects.models import Role
from annotation.queue.services import lend
from tests import make

pytestmark = pytest.mark.django_db
TEXT = "𠮷野家😀 charged me twice"


def types() -> list[str]:
    return list(Event.objects.order_by("pk").values_list("type", flat=True))


def test_a_comment_on_a_stretch_is_kept_as_it_was_written_and_told_to_open_pages() -> None:
    document = make.document(make.project(), TEXT)
    alice = make.member(document.project, "alice")

    comment, is_new = add_comment(document=document, user=alice, new=NewComment(" is this ORG? \r\n", 0, 4))

    assert is_new
    assert Comment.objects.get().text == " is this ORG? \r\n"
    assert document.text[comment.start : comment.end] == "𠮷野家😀"
    event = Event.objects.get()
    assert event.type == "comment.added"
    assert event.payload["document"] == document.pk
    assert event.payload["comment"]["user"] == {"id": alice.pk, "name": "alice"}


def test_the_same_key_makes_one_comment() -> None:
    document = make.document(make.project())
    alice = make.member(document.project, "alice")

    made = [add_comment(document=document, user=alice, new=NewComment("Hm", key="k")) for _ in range(2)]

    assert [is_new for _, is_new in made] == [True, False]
    assert made[0][0] == made[1][0]
    assert types() == ["comment.added"]


@pytest.mark.parametrize(
    ("new", "field", "code"),
    [
        (NewComment(" \n "), "text", "empty_text"),
        (NewComment("😀" * (MAX_COMMENT_CHARS + 1)), "text", "text_too_long"),
        (NewComment("a\0b"), "text", "nul_char"),
        (NewComment("a", 3, 3), "start", "bad_span"),
        (NewComment("a", 0, len(TEXT) + 1), "start", "bad_span"),
        (NewComment("a", 2, None), "start", "bad_span"),
    ],
)
def test_what_is_no_comment_is_refused(new: NewComment, field: str, code: str) -> None:
    document = make.document(make.project(), TEXT)

    with pytest.raises(ValidationError) as caught:
        add_comment(document=document, user=document.project.created_by, new=new)

    assert [(name, errors[0].code) for name, errors in caught.value.error_dict.items()] == [(field, code)]
    assert not Comment.objects.exists()
    assert types() == []


def test_the_longest_comment_is_taken() -> None:
    document = make.document(make.project())

    comment, _ = add_comment(
        document=document, user=document.project.created_by, new=NewComment("😀" * MAX_COMMENT_CHARS)
    )

    assert len(comment.text) == MAX_COMMENT_CHARS


def test_only_its_writer_edits_a_comment() -> None:
    document = make.document(make.project())
    mia = document.project.created_by
    comment, _ = add_comment(document=document, user=make.member(document.project, "alice"), new=NewComment("One"))

    with pytest.raises(PermissionDenied):
        edit_comment(comment=comment, user=mia, text="Two")
    edit_comment(comment=comment, user=comment.user, text="Three")

    comment.refresh_from_db()
    assert (comment.text, comment.edited_at is not None) == ("Three", True)
    assert types() == ["comment.added", "comment.changed"]


def test_a_deleted_comment_is_kept_but_no_event_tells_its_words() -> None:
    document = make.document(make.project())
    comment, _ = add_comment(document=document, user=document.project.created_by, new=NewComment("Oops"))

    delete_comment(comment=comment)
    delete_comment(comment=comment)

    assert Comment.objects.get().text == "Oops"
    assert not Comment.objects.present().exists()
    assert types() == ["comment.added", "comment.changed"]
    told = Event.objects.latest("pk").payload["comment"]
    assert (told["deleted"], told["text"]) == (True, "")


def test_a_flag_goes_up_comes_down_and_tells_open_pages() -> None:
    document = make.document(make.project())
    alice = make.member(document.project, "alice")

    flag(document=document, user=alice, reason="Two languages")
    flag(document=document, user=alice, reason="Two languages")
    unflag(document=document, user=alice)
    unflag(document=document, user=alice)

    assert not Flag.objects.exists()
    assert [event.payload["flagged"] for event in Event.objects.order_by("pk")] == [True, False]


def test_a_document_stays_flagged_until_the_last_flag_is_gone() -> None:
    document = make.document(make.project())
    alice, bob = make.member(document.project, "alice"), make.member(document.project, "bob")
    flag(document=document, user=alice, reason="")
    flag(document=document, user=bob, reason="Spam?")

    unflag(document=document, user=alice)

    assert [event.payload["flagged"] for event in Event.objects.order_by("pk")] == [True, True, True]


def test_a_resolved_flag_is_a_record_until_its_person_flags_again() -> None:
    document = make.document(make.project())
    alice = make.member(document.project, "alice")
    rui = make.member(document.project, "rui", Role.REVIEWER)
    flag(document=document, user=alice, reason="Spam?")

    assert resolve_flags(document=document, by=rui) == 1
    assert resolve_flags(document=document, by=rui) == 0
    unflag(document=document, user=alice)
    kept = Flag.objects.get()
    assert kept.resolved_by == rui
    flag(document=document, user=alice, reason="Still spam")

    again = Flag.objects.open().get()
    assert (again.pk, again.resolved_by_id, again.reason) == (kept.pk, None, "Still spam")


def test_an_assignment_knows_its_documents_comments_and_flag() -> None:
    project = make.project()
    talked = make.document(project, priority=2)
    make.document(project, priority=1)
    alice = make.member(project, "alice")
    for text in ("One", "Two", "Three"):
        comment, _ = add_comment(document=talked, user=alice, new=NewComment(text))
    delete_comment(comment=comment)
    flag(document=talked, user=alice, reason="")

    lent = lend(project=project, user=alice, count=2)

    assert [(row.comment_count, row.is_flagged) for row in lent] == [(2, True), (0, False)]

"""Talk about documents: comments, and flags that ask somebody to look. Refusals are ValidationErrors by field."""

from dataclasses import dataclass
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from annotation.comments.models import Comment, Flag
from annotation.comments.wire import comment_json
from annotation.documents.models import Document
from annotation.events.services import publish
from annotation.people.models import User

MAX_COMMENT_CHARS = 4_000
MAX_REASON_CHARS = 1_000


@dataclass(frozen=True, slots=True)
class NewComment:
    """`start` and `end` count code points of the document's text; both or neither. `key`: see Comment.key."""

    text: str
    start: int | None = None
    end: int | None = None
    key: str = ""


@transaction.atomic
def add_comment(*, document: Document, user: User, new: NewComment) -> tuple[Comment, bool]:
    """The comment, and whether this call made it: a repeated call with the same key changes nothing."""
    _check_text(new.text)
    _check_stretch(document, new)
    fields = {"document": document, "text": new.text, "start": new.start, "end": new.end}
    if new.key:
        comment, is_new = Comment.objects.get_or_create(user=user, key=new.key, defaults=fields)
    else:
        comment, is_new = Comment.objects.create(user=user, **fields), True
    if is_new:
        _tell(comment, "comment.added")
    return comment, is_new


@transaction.atomic
def edit_comment(*, comment: Comment, user: User, text: str) -> Comment:
    """Only the person who wrote it; anybody else meets PermissionDenied."""
    if comment.user_id != user.pk:
        raise PermissionDenied(_("Only the person who wrote a comment changes it."))
    _check_text(text)
    if text != comment.text:
        comment.text = text
        comment.edited_at = timezone.now()
        comment.save(update_fields=["text", "edited_at"])
        _tell(comment, "comment.changed")
    return comment


@transaction.atomic
def delete_comment(*, comment: Comment) -> None:
    """It is kept, marked as deleted, and shown to nobody."""
    comment.deleted_at = timezone.now()
    if Comment.objects.present().filter(pk=comment.pk).update(deleted_at=comment.deleted_at):
        _tell(comment, "comment.changed")


@transaction.atomic
def flag(*, document: Document, user: User, reason: str) -> Flag:
    """Put up this person's flag, or change its reason. A resolved one is open again."""
    if len(reason) > MAX_REASON_CHARS:
        message = _("A reason has at most %(limit)d characters.") % {"limit": MAX_REASON_CHARS}
        raise ValidationError({"reason": ValidationError(message, code="text_too_long")})
    _check_no_nul("reason", reason)
    present = Flag.objects.select_for_update().filter(document=document, user=user).first()
    if present is not None and present.resolved_at is None and present.reason == reason:
        return present
    is_open = present is not None and present.resolved_at is None
    made, _is_new = Flag.objects.update_or_create(
        document=document,
        user=user,
        defaults={
            "reason": reason,
            "created_at": present.created_at if present is not None and is_open else timezone.now(),
            "resolved_at": None,
            "resolved_by": None,
        },
    )
    _tell_flagged(document)
    return made


@transaction.atomic
def unflag(*, document: Document, user: User) -> None:
    """Take this person's own open flag back; a resolved one stays as a record."""
    if Flag.objects.open().filter(document=document, user=user).delete()[0]:
        _tell_flagged(document)


@transaction.atomic
def resolve_flags(*, document: Document, by: User) -> int:
    """Close every open flag of the document; how many there were."""
    number = Flag.objects.open().filter(document=document).update(resolved_at=timezone.now(), resolved_by=by)
    if number:
        _tell_flagged(document)
    return number


def _check_text(text: str) -> None:
    if not text.strip():
        raise ValidationError({"text": ValidationError(_("A comment needs words."), code="empty_text")})
    if len(text) > MAX_COMMENT_CHARS:
        message = _("A comment has at most %(limit)d characters.") % {"limit": MAX_COMMENT_CHARS}
        raise ValidationError({"text": ValidationError(message, code="text_too_long")})
    _check_no_nul("text", text)


def _check_no_nul(field: str, text: str) -> None:
    if "\0" in text:
        raise ValidationError({field: ValidationError(_("NUL characters can't be kept."), code="nul_char")})


def _check_stretch(document: Document, new: NewComment) -> None:
    if new.start is None and new.end is None:
        return
    if new.start is None or new.end is None or not 0 <= new.start < new.end <= len(document.text):
        message = _("A stretch has a start and an end inside the text, counted in code points.")
        raise ValidationError({"start": ValidationError(message, code="bad_span")})


def _tell(comment: Comment, type_: str) -> None:
    payload: dict[str, Any] = {"document": comment.document_id, "comment": comment_json(comment)}  # Any: JSON
    publish(comment.document.project_id, type_, payload)


def _tell_flagged(document: Document) -> None:
    is_open = Flag.objects.open().filter(document=document).exists()
    state = Document.objects.values_list("state", flat=True).get(pk=document.pk)
    publish(document.project_id, "document.changed", {"document": document.pk, "state": state, "flagged": is_open})

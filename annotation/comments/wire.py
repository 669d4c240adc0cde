"""Comments and flags as the contract shows them."""

from typing import Any

from annotation.comments.models import Comment, Flag
from annotation.people.models import User


def person_json(user: User) -> dict[str, Any]:  # Any: JSON
    return {"id": user.pk, "name": user.shown_name}


def comment_json(comment: Comment) -> dict[str, Any]:  # Any: JSON
    """A deleted comment tells only that it is gone."""
    is_deleted = comment.deleted_at is not None
    return {
        "id": comment.pk,
        "document": comment.document_id,
        "user": person_json(comment.user),
        "text": "" if is_deleted else comment.text,
        "start": comment.start,
        "end": comment.end,
        "created_at": comment.created_at.isoformat(),
        "edited_at": comment.edited_at.isoformat() if comment.edited_at else None,
        "deleted": is_deleted,
    }


def flag_json(flag: Flag) -> dict[str, Any]:  # Any: JSON
    return {
        "document": flag.document_id,
        "user": person_json(flag.user),
        "reason": flag.reason,
        "created_at": flag.created_at.isoformat(),
        "resolved_at": flag.resolved_at.isoformat() if flag.resolved_at else None,
        "resolved_by": person_json(flag.resolved_by) if flag.resolved_by else None,
    }

"""Save people's answers. Nothing that was acknowledged is ever lost or silently overwritten."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone

from annotation.annotations.gold import NewGold, record_gold
from annotation.annotations.models import Annotation, Gold, Source, Status
from annotation.annotations.settling import Submitted, settle
from annotation.answers.answer import JsonAnswer
from annotation.answers.comparing import says_same
from annotation.answers.label_sets import rules_for
from annotation.answers.rules import LabelSetRule, check_answer
from annotation.audit.acting import ACTING, names
from annotation.documents.models import Document, State
from annotation.events.services import ORDER_LOCK, publish_mixed
from annotation.people.models import User
from annotation.prepared import prepared_cursor
from annotation.projects.models import Project, ReviewPolicy

# A tab that was asleep for long repeats a save that many drafts came after.
KEPT_KEYS = 100
KEY_DIGITS = 16

# Ends the lease of whoever has one, where {stored} holds. A submitted answer keeps the slot it took; a skipped document
# goes back to the others. A person without a lease (it expired, or the document was opened by its address) takes a slot
# now, if one is left.
_CLOSE = """
    closed AS (
        UPDATE annotation_assignment SET state = 'done'
        WHERE document_id = %(document)s AND user_id = %(user)s AND state = 'open' AND {stored} RETURNING id
    ), moved AS (
        UPDATE annotation_document SET
            slots = CASE
                WHEN state IN ('gold', 'auto_accepted') THEN slots
                WHEN %(skipped)s THEN slots + (SELECT count(*) FROM closed)
                WHEN EXISTS (SELECT 1 FROM closed) THEN slots
                ELSE greatest(slots - 1, 0) END,
            state = CASE
                WHEN %(skipped)s AND state = 'assigned' THEN 'new'
                WHEN NOT %(skipped)s AND state IN ('new', 'assigned') THEN 'annotated'
                ELSE state END
        WHERE id = %(document)s AND {stored} RETURNING state
    )
"""
# Then takes the project's order lock, which gold and events need next.
_CLOSED = """
    CASE WHEN moved.state IS NOT NULL THEN pg_advisory_xact_lock(%(lock)s, %(project)s)::text END,
    EXISTS (SELECT 1 FROM annotation_assignment
        WHERE document_id = %(document)s AND user_id = %(user)s AND kind = 'hidden'), moved.state
"""
_CLOSE_ALONE = f"WITH {_CLOSE.format(stored='true')} SELECT {_CLOSED} FROM moved"
_INSERT = f"""
    WITH {ACTING}, made AS (
        INSERT INTO annotation_annotation
            (document_id, user_id, answer, status, version, seconds, prediction_id, is_blind, recent_keys,
             guidelines_version, created_at, changed_at)
        SELECT %(document)s, %(user)s, %(answer)s::jsonb, %(status)s, 1, %(seconds)s,
            CASE WHEN is_blind THEN NULL ELSE %(prediction)s::bigint END, is_blind, %(keys)s, %(guidelines)s,
            %(now)s, %(now)s
        FROM acting, coalesce((SELECT is_blind FROM annotation_assignment
            WHERE document_id = %(document)s AND user_id = %(user)s ORDER BY id DESC LIMIT 1), false) AS is_blind
        ON CONFLICT (document_id, user_id) DO NOTHING RETURNING id, prediction_id, is_blind
    ), {_CLOSE.format(stored="%(closes)s AND EXISTS (SELECT 1 FROM made)")}
    SELECT made.id, made.prediction_id, made.is_blind, {_CLOSED} FROM made LEFT JOIN moved ON true
"""


class VersionConflict(Exception):
    """Somebody or another tab saved first; `annotation` is the present row."""

    def __init__(self, annotation: Annotation) -> None:
        super().__init__("another save came first")
        self.annotation = annotation


@dataclass(frozen=True, slots=True)
class Save:
    """One save as a client sends it. `if_match`: the version it was based on, None to overwrite one's own."""

    answer: object
    status: Status
    seconds: float = 0.0
    prediction_id: int | None = None
    if_match: int | None = None
    key: str = ""


@dataclass(frozen=True, slots=True)
class _Closed:
    """`gold_stands`: whatever this person says. `has_gold`: the document had gold before, maybe by this person."""

    gold_stands: bool
    has_gold: bool


def save(*, document: Document, user: User, asked: Save, rules: Sequence[LabelSetRule] | None = None) -> Annotation:
    """Store the person's one annotation of this document; a submitted one becomes gold in a project without review.

    `document` comes with its project, `rules` are the project's where the caller has read them. Repeating a save
    changes nothing. Raises AnswerError and VersionConflict.
    """
    checked = check_answer(
        asked.answer,
        rules=rules_for(document.project_id) if rules is None else rules,
        text=document.text,
        parts=document.parts_typed,
        complete=asked.status == Status.SUBMITTED,
    ).as_json()
    with transaction.atomic():
        annotation, closed = _store(document, user, asked, checked)
        if closed is not None:
            _after_submit(document, annotation, closed)
    return annotation


def _store(document: Document, user: User, asked: Save, checked: JsonAnswer) -> tuple[Annotation, _Closed | None]:
    """The row, and what its lease's end has told; None for a draft and for a repeat."""
    if not asked.if_match:
        made = _insert(document, user, asked, checked)
        if made is not None:
            return made
    present = Annotation.objects.select_for_update().filter(document=document, user=user).first()
    if present is None:
        raise VersionConflict(Annotation(document=document, user=user, version=0))
    if _is_repeat(present, asked, checked):
        return present, None
    # A late draft of a tab that was left open must not take back what was submitted.
    takes_back = present.status != Status.DRAFT and asked.status == Status.DRAFT
    if takes_back or asked.if_match not in (None, present.version):
        raise VersionConflict(present)
    _change(present, asked, checked, document.project)
    present.version += 1
    present.recent_keys = [*present.recent_keys, *_kept_key(asked)][-KEPT_KEYS:]
    present.save()
    return present, None if asked.status == Status.DRAFT else _close_assignment(document, user, asked.status)


def _change(present: Annotation, asked: Save, checked: JsonAnswer, project: Project) -> None:
    for name, value in _fields(asked, checked).items():
        setattr(present, name, value)
    if present.is_blind:
        present.prediction_id = None
    if asked.status == Status.SUBMITTED:
        present.sent_back, present.guidelines_version = None, project.guidelines_number


def _is_repeat(present: Annotation, asked: Save, checked: JsonAnswer) -> bool:
    """The same save once more: by its key, or by saying again what stands."""
    if asked.key and (asked.key in present.recent_keys or _kept_key(asked)[0] in present.recent_keys):
        return True
    is_same = (present.answer, present.status) == (checked, asked.status)
    return is_same and asked.if_match in (None, present.version)


def _kept_key(asked: Save) -> list[str]:
    return [sha256(asked.key.encode()).hexdigest()[:KEY_DIGITS]] if asked.key else []


def _insert(
    document: Document, user: User, asked: Save, checked: JsonAnswer
) -> tuple[Annotation, _Closed | None] | None:
    """The first save and the end of its lease, in one statement; None when the person has an annotation already."""
    now = timezone.now()
    new = Annotation(document=document, user=user, created_at=now, changed_at=now, **_fields(asked, checked))
    new.recent_keys = _kept_key(asked)
    if asked.status == Status.SUBMITTED:
        new.guidelines_version = document.project.guidelines_number
    values = _closing(document, user, asked.status) | {
        "closes": asked.status != Status.DRAFT,
        "answer": json.dumps(checked),
        "status": asked.status.value,
        "seconds": asked.seconds,
        "prediction": asked.prediction_id,
        "keys": new.recent_keys,
        "guidelines": new.guidelines_version,
        "now": now,
    }
    with prepared_cursor() as cursor:
        cursor.execute(_INSERT, values | names())
        row = cursor.fetchone()
    if row is None:
        return None
    new.pk, new.prediction_id, new.is_blind, _, is_hidden_gold, state = row
    return new, _closed(document, user, state, is_hidden_gold=is_hidden_gold) if values["closes"] else None


def _fields(asked: Save, checked: JsonAnswer) -> dict[str, Any]:  # Any: model fields
    return {
        "answer": checked,
        "status": asked.status,
        "seconds": asked.seconds,
        "prediction_id": asked.prediction_id,
    }


def _closing(document: Document, user: User, status: Status) -> dict[str, Any]:  # Any: values of SQL
    return {
        "document": document.pk,
        "user": user.pk,
        "skipped": status == Status.SKIPPED,
        "lock": ORDER_LOCK,
        "project": document.project_id,
    }


def _close_assignment(document: Document, user: User, status: Status) -> _Closed:
    with connection.cursor() as cursor:
        cursor.execute(_CLOSE_ALONE, _closing(document, user, status))
        _, is_hidden_gold, state = cursor.fetchone() or (None, False, "")
    return _closed(document, user, state, is_hidden_gold=is_hidden_gold)


def _closed(document: Document, user: User, state: str, *, is_hidden_gold: bool) -> _Closed:
    """Gold stands where the document was lent to them as hidden gold, or where somebody else settled it meanwhile."""
    has_gold = state == State.GOLD
    return _Closed(is_hidden_gold or (has_gold and _is_settled(document, user)), has_gold)


def _is_settled(document: Document, user: User) -> bool:
    by_others = Q(by__isnull=False) & ~Q(by=user)
    by_review = Q(source__in=(Source.REVIEW, Source.ADJUDICATION))
    return Gold.objects.filter(by_others | by_review, document=document).exists()


def _after_submit(document: Document, annotation: Annotation, closed: _Closed) -> None:
    """An answer that comes after the document's gold is kept like any other, but gold and state stand."""
    if annotation.status != Status.SUBMITTED:
        return
    project, user_id = document.project, annotation.user_id
    said = {"document": document.pk, "annotation": annotation.pk, "user": user_id}
    events: list[tuple[str, dict[str, object]]] = [("annotation.submitted", {**said})]
    is_gold = not closed.gold_stands and _is_gold(document, annotation, closed)
    if not closed.gold_stands:
        state = State.GOLD if is_gold else State.ANNOTATED
        events.append(("document.changed", {"document": document.pk, "state": state.value}))
    if is_gold:
        golds = [NewGold(document.pk, annotation.answer, user_id)]
        record_gold(project.pk, golds, Source.ANNOTATION, is_locked=True, events=events)
    else:
        publish_mixed(project.pk, events, is_locked=True)


def _is_gold(document: Document, annotation: Annotation, closed: _Closed) -> bool:
    if closed.has_gold:
        return _stays_gold(document, annotation)
    given = Submitted(
        annotation.pk, document.pk, annotation.user_id, annotation.answer, prediction_id=annotation.prediction_id
    )
    return document.pk in settle(document.project, [given])


def _stays_gold(document: Document, annotation: Annotation) -> bool:
    """The document is gold by this person's own answer: what they say anew is, too, as long as nobody differs."""
    others = Annotation.objects.filter(document=document, status=Status.SUBMITTED).exclude(pk=annotation.pk)
    is_open = document.project.review != ReviewPolicy.ALL
    return is_open and all(says_same(other.answer, annotation.answer) for other in others)

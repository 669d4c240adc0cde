"""Put a fast head's answers before people: beside those of the version, new rows only where something changed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from annotation.events.services import lock_order, publish_mixed
from annotation.predictions.comparing import compare_with_gold
from annotation.predictions.models import Prediction, fast_head_source
from annotation.predictions.wire import prediction_json
from annotation.projects.models import Project

# A surer or less sure answer than the one shown is worth a message from this difference on: what a page can show.
WORTH_SAYING = 0.01
# What somebody may still have on an open page is kept: their save names the prediction they saw.
KEPT_FOR = timedelta(days=2)

Json = Mapping[str, Any]  # Any: JSON


@dataclass(frozen=True, slots=True)
class Shown:
    """A whole answer as people see it: the fast head's values where it leads, the base's elsewhere."""

    document_id: int
    answer: Json
    confidence: Json
    made_by: Mapping[str, str]


def merged(own: Shown, base: Prediction | None, leading: set[str]) -> Shown | None:
    """`own` over `base` in the leading label sets; None where the fast head has nothing to add."""
    names = [name for name in own.answer if base is None or name in leading or name not in base.answer]
    if not names:
        return None
    answer, confidence = (dict(base.answer), dict(base.confidence)) if base else ({}, {})
    answer.update({name: own.answer[name] for name in names})
    confidence.update({name: own.confidence[name] for name in names})
    return Shown(own.document_id, answer, confidence, {name: own.made_by[name] for name in names})


def newest(document_ids: Sequence[int], base: int) -> dict[int, Prediction]:
    """The fast head's present predictions of these documents."""
    rows = Prediction.objects.filter(document_id__in=document_ids, source__startswith=fast_head_source(base))
    return {row.document_id: row for row in rows.order_by("document_id", "-pk").distinct("document_id")}


def is_news(shown: Shown, before: Prediction | None) -> bool:
    if before is None or before.answer != shown.answer or before.made_by != shown.made_by:
        return True
    return any(_differs(value, before.confidence.get(name)) for name, value in shown.confidence.items())


@transaction.atomic(savepoint=False)
def store(shown: Sequence[Shown], *, base: int, refit: int) -> list[Prediction]:
    rows = [
        Prediction(
            document_id=one.document_id,
            source=fast_head_source(base, refit),
            answer=one.answer,
            confidence=one.confidence,
            made_by=one.made_by,
        )
        for one in shown
    ]
    stored = Prediction.objects.bulk_create(rows)
    compare_with_gold(row.document_id for row in stored)
    return stored


def announce(project_id: int, rows: Sequence[Prediction], lent: set[int], *, base: int, open_count: int) -> None:
    """Tell the pages that have these documents in hand; call late in a transaction.

    Nothing is told after another version than `base` went into production: the pages show that one's answers by then.
    """
    lock_order(project_id)
    if production_now(project_id) != base:
        return
    updates = [
        ("prediction.updated", {"document": row.document_id, "prediction": prediction_json(row)})
        for row in rows
        if row.document_id in lent
    ]
    publish_mixed(project_id, [*updates, ("queue.changed", {"open": open_count})] if rows else [])


def production_now(project_id: int) -> int:
    """The number of the version in production, 0 for none."""
    return Project.objects.values_list("production_version", flat=True).get(pk=project_id) or 0


def retire(project_id: int) -> int:
    """Take back what the fast head says in this project; answers that people gave meanwhile keep their prediction."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE annotation_prediction SET source = 'fast_head/retired/' || id
            WHERE project_id = %(project)s AND source LIKE 'fast_head/%%' AND source NOT LIKE 'fast_head/retired/%%'
            """,
            {"project": project_id},
        )
        return int(cursor.rowcount)


def forget_old() -> int:
    """Delete what was replaced or taken back days ago and nobody answered."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            DELETE FROM annotation_prediction AS old WHERE source LIKE 'fast_head/%%' AND created_at < %(before)s
                AND NOT EXISTS (SELECT 1 FROM annotation_annotation WHERE prediction_id = old.id)
                AND (source LIKE 'fast_head/retired/%%' OR EXISTS (SELECT 1 FROM annotation_prediction AS later
                    WHERE later.document_id = old.document_id AND later.id > old.id
                        AND later.source LIKE 'fast_head/%%'))
            """,
            {"before": timezone.now() - KEPT_FOR},
        )
        return int(cursor.rowcount)


def _differs(new: object, old: object) -> bool:
    """Confidences of one label set: numbers by label, or one number a span."""
    if isinstance(new, Mapping) and isinstance(old, Mapping):
        return any(abs(value - old.get(label, 0.0)) > WORTH_SAYING for label, value in new.items())
    if isinstance(new, list) and isinstance(old, list) and len(new) == len(old):
        return any(abs(a - b) > WORTH_SAYING for a, b in zip(new, old, strict=True))
    return new != old

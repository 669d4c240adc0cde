"""An annotation and a change of gold as the contract shows them."""

from typing import Any

from annotation.annotations.models import Annotation, GoldChange


def annotation_json(annotation: Annotation) -> dict[str, Any]:  # Any: JSON
    return {
        "id": annotation.pk,
        "document": annotation.document_id,
        "user": annotation.user_id,
        "answer": annotation.answer,
        "status": annotation.status,
        "version": annotation.version,
        "seconds": annotation.seconds,
        "prediction": annotation.prediction_id,
        "guidelines_version": annotation.guidelines_version,
        "sent_back": annotation.sent_back,
        "changed_at": annotation.changed_at.isoformat() if annotation.changed_at else None,
    }


def change_json(change: GoldChange) -> dict[str, Any]:  # Any: JSON
    return {
        "seq": change.pk,
        "document": change.document_id,
        "answer": change.answer,
        "source": change.source,
        "changed_at": change.changed_at.isoformat(),
        "deleted": change.deleted,
        **change.grounds,
    }

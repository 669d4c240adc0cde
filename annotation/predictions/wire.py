"""A prediction as the contract shows it."""

from typing import Any

from annotation.predictions.models import FAST_HEAD, Prediction


def prediction_json(prediction: Prediction) -> dict[str, Any]:  # Any: JSON
    return {
        "id": prediction.pk,
        "document": prediction.document_id,
        "version": _version(prediction),
        "made_by": prediction.made_by,
        "answer": prediction.answer,
        "confidence": prediction.confidence,
        "created_at": prediction.created_at.isoformat(),
    }


def _version(prediction: Prediction) -> int | str:
    """A number, or the name of what made it where that was no version."""
    if prediction.is_fast_head:
        return FAST_HEAD.rstrip("/")
    return prediction.version if prediction.version is not None else prediction.source

"""A prediction as the contract shows it."""

from typing import Any

from annotation.predictions.models import Prediction


def prediction_json(prediction: Prediction) -> dict[str, Any]:  # Any: JSON
    return {
        "id": prediction.pk,
        "document": prediction.document_id,
        "version": prediction.version if prediction.version is not None else prediction.source,
        "answer": prediction.answer,
        "confidence": prediction.confidence,
        "created_at": prediction.created_at.isoformat(),
    }

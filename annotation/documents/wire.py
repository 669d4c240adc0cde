"""A document as the contract shows it."""

from typing import Any

from annotation.documents.models import Document


def document_json(document: Document) -> dict[str, Any]:  # Any: JSON
    return {
        "id": document.pk,
        "external_id": document.external_id,
        "text": document.text,
        "parts": document.parts,
        "meta": document.meta,
        "state": document.state,
        "priority": document.priority,
        "text_sha256": document.text_sha256,
        "created_at": document.created_at.isoformat(),
    }

"""An import as the contract shows it, and as open pages hear of it."""

from typing import Any

from annotation.imports.models import Import


def import_json(row: Import) -> dict[str, Any]:  # Any: JSON
    return {
        "id": row.pk,
        "filename": row.filename,
        "state": row.state,
        "progress": round(row.progress, 4),
        "imported": row.imported,
        "duplicates": row.duplicates,
        "rejected": row.rejected,
        "rejected_count": row.rejected_count,
        "warnings": row.warnings,
        "error": row.error,
        "error_code": row.error_code,
        "created_at": row.created_at.isoformat(),
        "finished_at": row.finished_at.isoformat() if row.finished_at else None,
    }


def imported_json(row: Import) -> dict[str, Any]:  # Any: JSON
    """The answer to a small import."""
    names = ("id", "imported", "duplicates", "rejected", "rejected_count", "warnings")
    whole = import_json(row)
    return {name: whole[name] for name in names}


def progress_json(row: Import) -> dict[str, Any]:  # Any: JSON
    return {
        "import": row.pk,
        "state": row.state,
        "progress": round(row.progress, 4),
        "imported": row.imported,
        "rejected": row.rejected_count,
    }

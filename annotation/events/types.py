"""Payloads of the events of the contract; `id`, `type` and `at` are added on the way out."""

from typing import Any, TypedDict


class PredictionUpdated(TypedDict):
    document: int
    prediction: dict[str, Any]  # Any: a prediction in the wire form


class QueueChanged(TypedDict):
    open: int


class DocumentChanged(TypedDict):
    document: int
    state: str


class AnnotationSubmitted(TypedDict):
    document: int
    annotation: int
    user: int


class RunProgress(TypedDict):
    run: int
    state: str
    progress: float
    metrics: dict[str, Any]  # Any: JSON


class VersionPromoted(TypedDict):
    version: int
    number: int


# `import` is a word of the language, so this one can't be written as a class.
ImportProgress = TypedDict(
    "ImportProgress", {"import": int, "state": str, "progress": float, "imported": int, "rejected": int}
)

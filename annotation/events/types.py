"""Payloads of the events of the contract; `id`, `type` and `at` are added on the way out."""

from typing import Any, NotRequired, TypedDict


class PredictionUpdated(TypedDict):
    document: int
    prediction: dict[str, Any]  # Any: a prediction in the wire form


class QueueChanged(TypedDict):
    open: int


class DocumentChanged(TypedDict):
    document: int
    state: str
    flagged: NotRequired[bool]  # where a flag was put up, taken back or resolved


class AnnotationSubmitted(TypedDict):
    document: int
    annotation: int
    user: int


class CommentAdded(TypedDict):
    """Also of comment.changed: edited, or deleted."""

    document: int
    comment: dict[str, Any]  # Any: a comment in the wire form


class GuidelinesChanged(TypedDict):
    number: int


class Person(TypedDict):
    id: int
    name: str


class PresenceChanged(TypedDict):
    """Everybody who has the annotation screen open; `people` names the first of them, `count` tells how many."""

    people: list[Person]
    count: int


class AlertRaised(TypedDict):
    """What managers and reviewers should know at once. `kind` says which of the other keys there are."""

    alert: int
    kind: str
    certificate: NotRequired[int]
    checked: NotRequired[int]
    wrong: NotRequired[int]
    precision: NotRequired[float]
    topic: NotRequired[dict[str, Any] | None]  # Any: JSON
    negatives: NotRequired[int]
    texts: NotRequired[int]
    share: NotRequired[float]
    usual: NotRequired[float]
    what: NotRequired[str]
    shift: NotRequired[float]
    documents: NotRequired[int]
    open: NotRequired[int]
    people: NotRequired[int]
    minutes: NotRequired[int]
    run: NotRequired[int]
    failures: NotRequired[int]


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

"""Rows about work that the site does: imports, training, webhooks."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from collabweb_client.shapes import Shape


@dataclass(frozen=True, slots=True)
class Import(Shape):
    """A file on its way in. `state`: queued, running, succeeded, failed or cancelled."""

    id: int
    imported: int
    duplicates: int = 0
    rejected: list[dict[str, Any]] = field(default_factory=list)
    rejected_count: int = 0
    warnings: dict[str, int] = field(default_factory=dict)
    filename: str = ""
    state: str = "succeeded"
    progress: float = 1.0
    error: str = ""
    error_code: str = ""
    created_at: datetime | None = None
    finished_at: datetime | None = None

    @property
    def is_over(self) -> bool:
        return self.state in ("succeeded", "failed", "cancelled")


@dataclass(frozen=True, slots=True)
class Run(Shape):
    """A training run. `state`: queued, running, succeeded, failed or cancelled."""

    id: int
    project: int
    state: str
    stage: str = ""
    progress: float = 0.0
    metrics: dict[str, Any] = field(default_factory=dict)
    arguments: dict[str, Any] = field(default_factory=dict)
    snapshot: dict[str, Any] = field(default_factory=dict)
    error: str = ""
    reason: str = ""
    attempt: int = 0
    version: int | None = None
    created_at: datetime | None = None
    started_at: datetime | None = None
    finished_at: datetime | None = None

    @property
    def is_over(self) -> bool:
        return self.state in ("succeeded", "failed", "cancelled")


@dataclass(frozen=True, slots=True)
class Version(Shape):
    """A trained model. `stage`: candidate, production or retired; `words`: its comparison in sentences."""

    id: int
    project: int
    number: int
    stage: str
    metrics: dict[str, Any] = field(default_factory=dict)
    arguments: dict[str, Any] = field(default_factory=dict)
    comparison: dict[str, Any] | None = None
    words: list[str] = field(default_factory=list)
    encoder: str = ""
    documents: int = 0
    created_at: datetime | None = None
    promoted_at: datetime | None = None
    sha256: str = ""


@dataclass(frozen=True, slots=True)
class Webhook(Shape):
    """An address that is told of every change. `secret` comes once, with the webhook's making."""

    id: int
    url: str
    state: str
    after_seq: int
    after_alert: int = 0
    # What it is told of: "labels.changed", "alert.raised" or both.
    told: list[str] = field(default_factory=list)
    created_at: datetime | None = None
    secret: str = ""


@dataclass(frozen=True, slots=True)
class Delivery(Shape):
    """One call of a webhook. `about`: "labels.changed" or "alert.raised"."""

    id: int
    first_seq: int
    last_seq: int
    changes: int
    state: str
    about: str = "labels.changed"
    attempts: int = 0
    status: int | None = None
    error: str = ""
    seconds: float = 0.0
    next_attempt_at: datetime | None = None
    created_at: datetime | None = None
    finished_at: datetime | None = None

"""A document that is not in the database yet. Pure."""

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from annotation.answers.spans import Part
from annotation.documents.texts import text_key, text_sha256


@dataclass(frozen=True)
class NewDocument:
    """Checked content of a document-to-be; `has_gold` keeps it out of the queue from the start."""

    text: str
    parts: tuple[Part, ...]
    external_id: str | None = None
    meta: dict[str, Any] = field(default_factory=dict)  # Any: JSON
    has_gold: bool = False

    @cached_property
    def sha256(self) -> str:
        return text_sha256(self.text)

    @cached_property
    def key(self) -> str:
        return text_key(self.text)

"""Read the label sets that a client, a form or a template asks for; say everything that is wrong with them. Pure."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from annotation.projects.models import Kind
from annotation.projects.names import clash, name_problem

MAX_LABEL_SETS = 20
MAX_LABELS = 1_000
_COLOR = re.compile(r"#[0-9a-f]{3,8}|[a-z]{3,20}", re.IGNORECASE)
_LANGUAGES = ("en", "zh-hans")

Raw = Mapping[str, Any]  # Any: JSON from outside
Errors = dict[str, list[ValidationError]]


@dataclass(frozen=True, slots=True)
class LabelSpec:
    name: str
    titles: dict[str, str] = field(default_factory=dict)
    color: str = ""
    key: str = ""
    definition: str = ""


@dataclass(frozen=True, slots=True)
class LabelSetSpec:
    name: str
    kind: Kind
    required: bool
    overlap: bool
    labels: tuple[LabelSpec, ...]
    titles: dict[str, str] = field(default_factory=dict)
    max_spans: int | None = None
    part_role: str = ""


class _Reader:
    """Collects every problem under the path of its field, so that a form or a client can mark the place."""

    def __init__(self) -> None:
        self.errors: Errors = {}

    def refuse(self, path: str, code: str, message: str) -> None:
        self.errors.setdefault(path, []).append(ValidationError(message, code=code))

    def label_set(self, raw: Raw, path: str, earlier: dict[str, str]) -> LabelSetSpec:
        name = self.name(raw.get("name"), f"{path}.name", earlier)
        kind = self.kind(raw.get("kind"), f"{path}.kind")
        return LabelSetSpec(
            name=name,
            kind=kind,
            required=self.flag(raw, "required", path, default=kind != Kind.SPAN),
            overlap=self.flag(raw, "overlap", path, default=False),
            labels=self.labels(raw.get("labels"), kind, f"{path}.labels"),
            titles=self.titles(raw.get("titles"), f"{path}.titles"),
            max_spans=self.max_spans(raw.get("max_spans"), f"{path}.max_spans"),
            part_role=self.text(raw.get("part_role"), f"{path}.part_role", 40),
        )

    def labels(self, raw: object, kind: Kind, path: str) -> tuple[LabelSpec, ...]:
        if kind == Kind.TEXT and not raw:
            return ()
        if not isinstance(raw, Sequence) or isinstance(raw, str) or not raw:
            self.refuse(path, "no_labels", _("This label set needs at least one label."))
            return ()
        if len(raw) > MAX_LABELS:
            self.refuse(path, "too_many_labels", _("A label set has at most %(limit)d labels.") % {"limit": MAX_LABELS})
            return ()
        earlier: dict[str, str] = {}
        keys: set[str] = set()
        return tuple(self.label(item, f"{path}.{place}", earlier, keys) for place, item in enumerate(raw))

    def label(self, raw: object, path: str, earlier: dict[str, str], keys: set[str]) -> LabelSpec:
        given: Raw = {"name": raw} if isinstance(raw, str) else raw if isinstance(raw, Mapping) else {}
        return LabelSpec(
            name=self.name(given.get("name"), f"{path}.name", earlier),
            titles=self.titles(given.get("titles"), f"{path}.titles"),
            color=self.color(given.get("color"), f"{path}.color"),
            key=self.key(given.get("key"), f"{path}.key", keys),
            definition=self.text(given.get("definition"), f"{path}.definition", 2_000),
        )

    def name(self, raw: object, path: str, earlier: dict[str, str]) -> str:
        problem = name_problem(raw) or clash(str(raw), earlier)
        if problem:
            self.refuse(path, problem.code, problem.message)
        return str(raw)

    def kind(self, raw: object, path: str) -> Kind:
        if raw in Kind.values:
            return Kind(raw)
        self.refuse(path, "unknown_kind", _("The kind is one of: %(kinds)s.") % {"kinds": ", ".join(Kind.values)})
        return Kind.CHOICE

    def flag(self, raw: Raw, key: str, path: str, *, default: bool) -> bool:
        value = raw.get(key, default)
        if not isinstance(value, bool):
            self.refuse(f"{path}.{key}", "not_boolean", _("This is true or false."))
        return bool(value)

    def max_spans(self, raw: object, path: str) -> int | None:
        if raw is None:
            return None
        if isinstance(raw, bool) or not isinstance(raw, int) or not 1 <= raw <= 10_000:
            self.refuse(path, "bad_number", _("This is a whole number from 1 to 10,000."))
            return None
        return raw

    def text(self, raw: object, path: str, limit: int) -> str:
        if raw is None:
            return ""
        if not isinstance(raw, str) or len(raw) > limit or "\0" in raw:
            self.refuse(path, "bad_text", _("This is a text of at most %(limit)d characters.") % {"limit": limit})
            return ""
        return raw

    def color(self, raw: object, path: str) -> str:
        color = self.text(raw, path, 20)
        if color and not _COLOR.fullmatch(color):
            self.refuse(path, "bad_color", _("A color is written like #2f6fed."))
        return color

    def key(self, raw: object, path: str, keys: set[str]) -> str:
        key = self.text(raw, path, 1).upper()
        if key and (not key.isascii() or not key.isalnum()):
            self.refuse(path, "bad_key", _("A key is one letter or digit."))
        elif key and key in keys:
            self.refuse(path, "duplicate_key", _("The key %(key)s is taken by another label.") % {"key": key})
        keys.add(key)
        return key

    def titles(self, raw: object, path: str) -> dict[str, str]:
        if raw is None:
            return {}
        if not isinstance(raw, Mapping) or not set(raw) <= set(_LANGUAGES):
            self.refuse(path, "bad_titles", _("Titles are texts by language: en, zh-hans."))
            return {}
        return {language: self.text(title, path, 100) for language, title in raw.items()}


def read_label_sets(raw: object) -> list[LabelSetSpec]:
    """The label sets, checked. Raises ValidationError by path: `label_sets.0.labels.2.name`."""
    reader = _Reader()
    if not isinstance(raw, Sequence) or isinstance(raw, str) or not 1 <= len(raw) <= MAX_LABEL_SETS:
        message = _("A project has from one to %(limit)d label sets.") % {"limit": MAX_LABEL_SETS}
        raise ValidationError({"label_sets": ValidationError(message, code="no_label_sets")})
    earlier: dict[str, str] = {}
    specs = []
    for place, item in enumerate(raw):
        path = f"label_sets.{place}"
        if isinstance(item, Mapping):
            specs.append(reader.label_set(item, path, earlier))
        else:
            reader.refuse(path, "not_object", _("A label set is an object."))
    if reader.errors:
        raise ValidationError(reader.errors)
    return specs

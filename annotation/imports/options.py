"""The options of an import, checked where they come in. Pure."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Self

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from annotation.imports.dialects.units import UNITS
from annotation.imports.mapping import mapping_of
from annotation.imports.people import People, people_of
from annotation.imports.readers.encodings import ENCODINGS, known_encoding

MAX_KEY_CHARS = 100
DIALECTS = ("label-studio", "doccano")
_DELIMITERS = {"tab": "\t", "\\t": "\t", "comma": ",", "semicolon": ";", "pipe": "|"}
_CHOICES = {"on_error": ("reject", "skip"), "dialect": DIALECTS, "offsets": UNITS}
_YES_NO = {"": False, "0": False, "false": False, "no": False, "1": True, "true": True, "yes": True, "on": True}


@dataclass(frozen=True, slots=True)
class ImportOptions:
    """`delimiter` empty: as the format has it. `is_async`: answer at once and work in a worker.

    `dialect`: the tool whose rows these are, empty for this site's own; `offsets`: how doccano counted.
    `mapping`: see mapping.py; `people`: see people.py.
    """

    encoding: str = "utf-8"
    delimiter: str = ""
    create_labels: bool = False
    on_error: str = "reject"
    key: str = ""
    is_async: bool = False
    dialect: str = ""
    offsets: str = "codepoint"
    mapping: dict[str, str] = field(default_factory=dict)
    people: People = field(default_factory=dict)

    @classmethod
    def of(cls, given: Mapping[str, Any]) -> Self:  # Any: what a client sent
        """Raises ValidationError with every option that is wrong."""
        problems: dict[str, ValidationError] = {}
        words = {name: str(given.get(name) or "") for name in (*cls.__slots__, "async")}
        encoding = known_encoding(words["encoding"] or "utf-8")
        if encoding is None:
            message = _("This site reads %(names)s.") % {"names": ", ".join(ENCODINGS)}
            problems["encoding"] = ValidationError(message, code="bad_encoding")
        delimiter = _DELIMITERS.get(words["delimiter"], words["delimiter"])
        if delimiter and (len(delimiter) > 1 or delimiter in '"\r\n\0 '):
            problems["delimiter"] = ValidationError(_("A delimiter is one character."), code="bad_delimiter")
        if len(words["key"]) > MAX_KEY_CHARS or not words["key"].isprintable():
            problems["key"] = ValidationError(_("A key has at most 100 plain characters."), code="bad_option")
        for name in ("create_labels", "async"):
            if words[name].lower() not in _YES_NO:
                problems[name] = ValidationError(_("Say 1 or 0."), code="bad_option")
        problems |= _unknown_choices(words)
        mapping = _mapping(given.get("mapping"), words["dialect"], problems)
        people = _people(given.get("people"), problems)
        if problems or encoding is None:
            raise ValidationError(problems)
        return cls(
            encoding=encoding,
            delimiter=delimiter,
            create_labels=_YES_NO[words["create_labels"].lower()],
            on_error=words["on_error"] or "reject",
            key=words["key"],
            is_async=_YES_NO[words["async"].lower()],
            dialect=words["dialect"],
            offsets=words["offsets"] or "codepoint",
            mapping=mapping,
            people=people,
        )

    def as_json(self) -> dict[str, object]:
        return asdict(self)


def _mapping(raw: object, dialect: str, problems: dict[str, ValidationError]) -> dict[str, str]:
    try:
        mapping = mapping_of(raw or {}).as_json()
    except ValidationError as error:
        problems |= {name: errors[0] for name, errors in error.error_dict.items()}
        return {}
    if mapping and dialect:
        message = _("Rows of another tool have their own form; a mapping is for other files.")
        problems["mapping"] = ValidationError(message, code="bad_mapping")
    return mapping


def _people(raw: object, problems: dict[str, ValidationError]) -> People:
    try:
        return people_of(raw)
    except ValidationError as error:
        problems |= {name: errors[0] for name, errors in error.error_dict.items()}
        return {}


def _unknown_choices(words: Mapping[str, str]) -> dict[str, ValidationError]:
    return {
        name: ValidationError(_("Say one of %(names)s.") % {"names": ", ".join(allowed)}, code="bad_option")
        for name, allowed in _CHOICES.items()
        if words[name] not in ("", *allowed)
    }

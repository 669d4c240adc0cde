from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.utils.functional import Promise

LabelSetData = dict[str, Any]  # Any: the contract's JSON, checked by label_set_specs like a client's


@dataclass(frozen=True, slots=True)
class ProjectTemplate:
    """`part_roles`: the parts that its documents are made of, none where a document is one plain text."""

    name: str
    title: Promise
    description: Promise
    label_sets: list[LabelSetData]
    guidelines: dict[str, str]
    part_roles: tuple[str, ...] = ()
    settings: dict[str, Any] = field(default_factory=dict)  # Any: values of project settings


def label(name: str, en: str, zh: str, definition: str, *, key: str = "", color: str = "") -> dict[str, Any]:
    return {"name": name, "titles": {"en": en, "zh-hans": zh}, "definition": definition, "key": key, "color": color}


def guidelines_of(name: str) -> dict[str, str]:
    """The guidelines by language, from `guidelines/<name>.<language>.txt`."""
    folder = Path(__file__).parent / "guidelines"
    return {language: (folder / f"{name}.{language}.txt").read_text("utf-8") for language in ("en", "zh-hans")}

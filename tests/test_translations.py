"""Chinese is complete: every word of the code and the templates has its translation, and none is a guess."""

import re
from pathlib import Path
from typing import Any

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_python
from babel.messages.pofile import read_po
from django.utils.translation.template import templatize

from tests.architecture.sources import ROOT, python_files, template_files

CATALOG = ROOT / "collabweb" / "locale" / "zh_Hans" / "LC_MESSAGES" / "django.po"
PLACEHOLDER = re.compile(r"%\(\w+\)|\{\w+\}")
KEYWORDS: dict[str, Any] = {  # Any: Babel has no name for its rules
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
} | {
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
}


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    with CATALOG.open("rb") as file:
        return read_po(file)


def names(message: Message) -> str:
    return message.id if isinstance(message.id, str) else message.id[0]


def words(message: Message) -> list[str]:
    return [message.string] if isinstance(message.string, str) else list(message.string or ())


def used_in_templates() -> set[str]:
    """Django turns a template into lines that gettext reads; the same form serves here."""
    found = set()
    for path in template_files():
        source = templatize(path.read_text("utf-8"), origin=str(path))
        for match in re.finditer(r"""\b(?:gettext|ngettext)\(u?(['"])((?:\\.|(?!\1).)*)\1""", source, re.DOTALL):
            found.add(match.group(2).replace("\\'", "'").replace('\\"', '"').replace("\\n", "\n").replace("\\\\", "\\"))
    return found


def used_in_code() -> set[str]:
    return {name for path in python_files() if path.parts[len(ROOT.parts)] != "tests" for name in used_in_module(path)}


def used_in_module(path: Path) -> set[str]:
    with path.open("rb") as file:
        found = list(extract_python(file, KEYWORDS, [], {}))
    return {name for _, function, given, _ in found if (name := _message_of(str(function), given))}


def _message_of(function: str, given: object) -> str:
    parts = [given] if isinstance(given, str) else list(given) if isinstance(given, (tuple, list)) else []
    place = 1 if function.startswith("pgettext") else 0
    return parts[place] if len(parts) > place and isinstance(parts[place], str) else ""


def test_no_translation_is_empty_or_a_guess(catalog: Catalog) -> None:
    unfinished = [names(message) for message in catalog if message.id and (message.fuzzy or not all(words(message)))]

    assert unfinished == []


def test_every_word_of_the_code_is_in_the_catalog(catalog: Catalog) -> None:
    known = {names(message) for message in catalog if message.id}

    assert used_in_code() - known == set()


def test_every_word_of_the_templates_is_in_the_catalog(catalog: Catalog) -> None:
    known = {names(message) for message in catalog if message.id}
    used = used_in_templates()

    assert len(used) > 100
    assert used - known == set()


def test_a_translation_keeps_its_placeholders(catalog: Catalog) -> None:
    broken = [
        names(message)
        for message in catalog
        if message.id
        and any(set(PLACEHOLDER.findall(text)) != set(PLACEHOLDER.findall(names(message))) for text in words(message))
    ]

    assert broken == []

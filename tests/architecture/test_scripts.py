"""One custom element a file, named like its file; text reaches the page as text."""

import re
from pathlib import Path

from tests.architecture.sources import name_of, script_files

DEFINITION = re.compile(r"""customElements\.define\(\s*["']([\w-]+)["']""")
TEXT_AS_MARKUP = re.compile(r"\binnerHTML\b|\bouterHTML\b|insertAdjacentHTML|document\.write|\beval\(|new Function\(")


def element_problems(stem: str, source: str) -> list[str]:
    elements = DEFINITION.findall(source)
    return [] if elements in ([], [stem]) else elements


def test_a_file_defines_the_element_it_is_named_for() -> None:
    found = {
        name_of(path): elements
        for path in script_files()
        if (elements := element_problems(path.stem, path.read_text("utf-8")))
    }

    assert found == {}


def test_a_second_element_or_another_name_is_found() -> None:
    source = 'customElements.define("span-editor", A);\ncustomElements.define("span-list", B);'

    assert element_problems("span-editor", source) == ["span-editor", "span-list"]
    assert element_problems("editor", 'customElements.define("span-editor", A)') == ["span-editor"]


def test_no_script_turns_text_into_markup() -> None:
    def lines(path: Path) -> list[int]:
        numbered = enumerate(path.read_text("utf-8").splitlines(), start=1)
        return [number for number, line in numbered if TEXT_AS_MARKUP.search(line)]

    assert {name_of(path): found for path in script_files() if (found := lines(path))} == {}

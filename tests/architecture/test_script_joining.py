"""The desk's modules travel as one script: that only works while their top-level names differ."""

import re
from collections import Counter

from collabweb.script_joining import joined, modules_of, top_level_names
from collabweb.static_storage import ENTRIES
from tests.architecture.sources import ROOT


def read(name: str) -> str:
    return (ROOT / "static" / name).read_text("utf-8")


def test_no_two_modules_of_one_script_use_the_same_top_level_name() -> None:
    for entry in ENTRIES:
        names = Counter(name for module in modules_of(entry, read) for name in top_level_names(read(module)))

        assert {name for name, count in names.items() if count > 1} == set()


def test_a_joined_script_imports_and_exports_nothing() -> None:
    for entry in ENTRIES:
        script = joined(entry, read)

        assert re.findall(r"^(?:import|export)\b.*", script, re.MULTILINE) == []


def test_a_module_comes_after_what_it_needs_and_only_once() -> None:
    sources = {
        "js/desk/entry.js": '// Begins.\nimport { a } from "./a.js";\nimport "../b.js";\na(`two  ${1} // blanks`);\n',
        "js/desk/a.js": 'import { b } from "../b.js";\nexport const a = () => b;\n',
        "js/b.js": "export const b = 1;\n",
    }

    script = joined("js/desk/entry.js", sources.__getitem__)

    assert script == "const b=1;const a=()=>b;a(`two  ${1} // blanks`);\n"

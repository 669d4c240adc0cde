"""Style sheets travel as one: what is imported stands where the import stood."""

import re

from collabweb.static_storage import STYLES
from collabweb.style_joining import joined_styles
from tests.architecture.sources import ROOT


def read(name: str) -> str:
    return (ROOT / "static" / name).read_text("utf-8")


def test_an_import_is_replaced_by_what_it_names() -> None:
    sources = {
        "css/page.css": '/* All. */\n@import "./page/a.css";\n@import "./b.css";\n',
        "css/page/a.css": "/* A. */\n.a { color: red; } /* stays */\n",
        "css/b.css": ".b { color: blue; }\n",
    }

    joined = joined_styles("css/page.css", sources.__getitem__)

    assert joined == ".a { color: red; } /* stays */\n.b { color: blue; }\n"


def test_a_joined_sheet_imports_nothing_and_names_no_other_file() -> None:
    for entry in STYLES:
        assert re.findall(r"@import|url\(", joined_styles(entry, read)) == []


def test_a_sheet_with_imports_is_joined() -> None:
    sheets = [path.relative_to(ROOT / "static").as_posix() for path in (ROOT / "static" / "css").rglob("*.css")]

    assert {name for name in sheets if "@import" in read(name)} <= set(STYLES)

import gettext
import os
from pathlib import Path

from collabweb.stack.translations import compile_translations

CATALOG = """\
msgid ""
msgstr "Content-Type: text/plain; charset=UTF-8\\n"

msgid "Annotator"
msgstr "标注员"
"""


def test_a_catalog_is_compiled_once_and_again_when_it_changes(tmp_path: Path) -> None:
    source = tmp_path / "zh_Hans" / "LC_MESSAGES" / "django.po"
    source.parent.mkdir(parents=True)
    source.write_text(CATALOG)

    first = compile_translations(tmp_path)
    second = compile_translations(tmp_path)
    later = source.with_suffix(".mo").stat().st_mtime + 1
    os.utime(source, (later, later))
    third = compile_translations(tmp_path)

    assert first == third == [source.with_suffix(".mo")]
    assert second == []
    assert gettext.GNUTranslations(first[0].open("rb")).gettext("Annotator") == "标注员"

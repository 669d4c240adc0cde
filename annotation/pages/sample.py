"""The sample tickets, through the same door as any file: half with their answer, in both languages."""

import json
from itertools import chain, zip_longest
from pathlib import Path

from annotation import projects
from annotation.imports.formats import Format
from annotation.imports.job import run_now
from annotation.imports.models import Import
from annotation.imports.options import ImportOptions
from annotation.imports.services import Upload, request_import
from annotation.people.models import User
from annotation.projects.models import Project

FOLDER = Path(projects.__file__).parent / "sample"
LANGUAGES = ("en", "zh")
# The key makes the import happen once in a project, however often somebody asks.
KEY = "sample-tickets"


def has_sample(project: Project) -> bool:
    return project.template == "tickets"


def sample_lines() -> list[str]:
    """One language after the other in turn; of each language every second text is without its answer."""
    by_language = [_half_open((FOLDER / f"tickets_{name}.jsonl").read_text("utf-8").splitlines()) for name in LANGUAGES]
    return [line for line in chain.from_iterable(zip_longest(*by_language)) if line]


def _half_open(lines: list[str]) -> list[str]:
    rows = [json.loads(line) for line in lines if line.strip()]
    for row in rows[1::2]:
        row.pop("answer", None)
    return [json.dumps(row, ensure_ascii=False) for row in rows]


def import_sample(*, project: Project, user: User) -> Import:
    """Import the sample texts now; asked again, the first import is the answer."""
    body = "\n".join(sample_lines()).encode()
    upload = Upload("sample-tickets.jsonl", Format("jsonl"), [body])
    row = request_import(project=project, user=user, upload=upload, options=ImportOptions(key=KEY))
    run_now(row.pk)
    row.refresh_from_db()
    return row

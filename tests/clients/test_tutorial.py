"""The code in the tutorial and in the client's own page runs as it stands."""

import re
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connection
from pytest_django.live_server_helper import LiveServer

from annotation.imports import job
from annotation.imports.models import Import, ImportState
from annotation.people.services import make_token
from tests import make
from tests.architecture.sources import ROOT

BLOCK = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)

pytestmark = pytest.mark.django_db(transaction=True)


def run_blocks(path: Path) -> None:
    """Each block in its turn, in one namespace; a traceback names the line in the document."""
    text = path.read_text("utf-8")
    names: dict[str, object] = {}
    found = list(BLOCK.finditer(text))
    assert len(found) == text.count("```python") > 0
    for block in found:
        line = text.count("\n", 0, block.start(1))
        exec(compile("\n" * line + block[1], str(path), "exec"), names)


@pytest.fixture
def worker(transactional_db: None) -> Iterator[None]:
    """Takes up imports, as the site's worker does."""
    stopped = threading.Event()

    def work() -> None:
        while not stopped.wait(0.05):
            for row in Import.objects.filter(state=ImportState.QUEUED, options__is_now=False):
                job.run_now(row.pk)
        connection.close()

    thread = threading.Thread(target=work)
    thread.start()
    yield
    stopped.set()
    thread.join()


def test_the_tutorial_runs(
    live_server: LiveServer, worker: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make.user("mia")
    make.user("alice")
    (tmp_path / "demo_password").write_text("correct horse battery\n")
    monkeypatch.setenv("COLLABWEB_PORT", live_server.url.rsplit(":", 1)[1])
    monkeypatch.setenv("COLLABWEB_HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)

    run_blocks(ROOT / "docs" / "tutorial-python.md")

    assert sorted(path.name for path in tmp_path.iterdir()) == ["demo_password", "gold.csv", "gold.jsonl", "more.csv"]


def test_the_first_example_runs(
    live_server: LiveServer, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    project = make.project()
    monkeypatch.setenv("COLLABWEB_URL", live_server.url)
    monkeypatch.setenv("COLLABWEB_TOKEN", make_token(project.created_by))
    monkeypatch.setenv("COLLABWEB_PROJECT", str(project.pk))

    run_blocks(ROOT / "clients" / "python" / "README.md")

    assert [line.split(" ", 1)[1] for line in capsys.readouterr().out.splitlines()] == [f"Mail {n}" for n in range(5)]

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from collabweb.stack.places import Places


@pytest.fixture
def bare(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """An environment that names no database, no broker and no secret, as at the first `make up`."""
    for name in [name for name in os.environ if name.startswith("COLLABWEB_")] + ["DATABASE_URL", "BROKER_URL"]:
        monkeypatch.delenv(name, raising=False)
    return dict(os.environ)


@pytest.fixture
def home() -> Iterator[Path]:
    """A data folder that every user can reach."""
    folder = Path(tempfile.mkdtemp(prefix="stack-"))
    folder.chmod(0o755)
    yield from _cleaned(folder, folder / "home")


@pytest.fixture
def private_home() -> Iterator[Path]:
    """A data folder below one that only its owner may enter."""
    folder = Path(tempfile.mkdtemp(prefix="stack-"))
    yield from _cleaned(folder, folder / "home")


def _cleaned(folder: Path, home: Path) -> Iterator[Path]:
    yield home
    if home.exists():
        Places(home=home).forget_outside()
    shutil.rmtree(folder)

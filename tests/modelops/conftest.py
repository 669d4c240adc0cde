from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache


@pytest.fixture(autouse=True)
def _fresh_memory_of_messages() -> Iterator[None]:
    """The loop remembers in the cache what it sent."""
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def checkpoints(tmp_path: Path, settings: Any) -> Path:
    """An empty folder of checkpoints."""
    settings.CHECKPOINTS = tmp_path / "checkpoints"
    settings.CHECKPOINTS.mkdir()
    return tmp_path / "checkpoints"

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.test import override_settings


@pytest.fixture(autouse=True)
def own_folder_of_uploads(tmp_path: Path) -> Iterator[None]:
    """So that a test can say which uploads are left."""
    with override_settings(MEDIA_ROOT=tmp_path / "files"):
        yield

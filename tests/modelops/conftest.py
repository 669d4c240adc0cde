from collections.abc import Iterator

import pytest
from django.core.cache import cache


@pytest.fixture(autouse=True)
def _fresh_memory_of_messages() -> Iterator[None]:
    """The loop remembers in the cache what it sent."""
    cache.clear()
    yield
    cache.clear()

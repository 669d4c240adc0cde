import pytest

from tests.modelops.watching.stream import Stream


@pytest.fixture
def stream(db: None, monkeypatch: pytest.MonkeyPatch) -> Stream:
    return Stream(seed=1, clock=monkeypatch)

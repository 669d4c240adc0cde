import pytest

from modelops.fast_head import memory


@pytest.fixture(autouse=True)
def _no_memory_and_no_encoder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "_held", {})
    monkeypatch.setattr(memory, "_names", lambda project, shapes: {})

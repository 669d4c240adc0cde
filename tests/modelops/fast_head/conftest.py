import pytest

from modelops.fast_head import job


@pytest.fixture(autouse=True)
def _no_memory_and_no_encoder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(job, "_memories", {})
    monkeypatch.setattr(job, "_names", lambda project, shapes: {})

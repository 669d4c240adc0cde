from pathlib import Path
from typing import Any

import pytest

from annotation.projects.models import Project
from modelops.registry.job import prepare
from tests import make

ENCODER = "all-minilm-l6-v2"
SENTENCES = {
    "billing": (
        "I was charged twice for invoice {0}",
        "The refund of {0} dollars is missing",
        "Card payment {0} failed",
    ),
    "delivery": ("Parcel {0} never arrived", "The courier lost my package {0}", "Delivery {0} is two weeks late"),
    "other": ("How do I change my password, case {0}", "The app crashes on start, code {0}", "Hello, question {0}"),
}


@pytest.fixture
def places(tmp_path: Path, settings: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folders of checkpoints and encoders; the encoder is built once for all tests."""
    settings.CHECKPOINTS = tmp_path / "checkpoints"
    settings.ENCODERS = tmp_path_factory.getbasetemp() / "encoders"
    settings.CHECKPOINTS.mkdir()
    prepare(ENCODER)
    return tmp_path


def tickets(count: int) -> list[tuple[str, str]]:
    """(text, label) pairs, no text twice."""
    labels = list(SENTENCES)
    return [
        (SENTENCES[labels[number % 3]][number // 3 % 3].format(1000 + number), labels[number % 3])
        for number in range(count)
    ]


def project_with_gold(count: int, *, open_count: int = 0, **settings: Any) -> Project:
    project = make.project(encoder=ENCODER, **settings)
    for text, label in tickets(count):
        make.gold(make.document(project, text), {"Category": label, "Entities": []})
    for text, _ in tickets(count + open_count)[count:]:
        make.document(project, text)
    return project

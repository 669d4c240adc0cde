"""A tiny model through the whole run: what it may answer in is judged, noted, and kept to when it is loaded."""

from pathlib import Path
from typing import Any

import pytest
import torch
from django.test import Client
from django.urls import reverse

from annotation.projects.models import Project
from modelops.engine.int8 import Int8Linear, supports_int8
from modelops.evaluation.fewer_bits import int8_words
from modelops.registry.job import predictor_for, takes_int8
from modelops.registry.models import ModelVersion, Stage
from modelops.training import job
from modelops.training.models import RunState
from modelops.training.services import request_run
from tests import make
from tests.modelops.engine.conftest import tiny_encoder
from tests.modelops.engine.gold import HEADS, gold

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(not supports_int8(torch.device("cpu")), reason="this processor has no VNNI"),
]
__all__ = ["tiny_encoder"]

QUICK = {
    "epochs": 8, "batch_size": 8, "learning_rate": 5e-3, "lora_rank": 4, "max_length": 64, "window_overlap": 16,
}  # fmt: skip


@pytest.fixture
def project(tiny_encoder: Path, checkpoints: Path, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Project:
    settings.SERVING_NUMBERS = "int8"
    monkeypatch.setattr("modelops.registry.job.prepare_encoder", lambda name, root: tiny_encoder)
    monkeypatch.setattr("modelops.registry.job._loaded", {})
    label_sets: list[dict[str, Any]] = [
        {"name": head.name, "kind": str(head.kind), "labels": list(head.labels)} for head in HEADS
    ]
    made = make.project(label_sets=label_sets, salt="a fixed salt", train_after=0)
    for example in gold(160):
        make.gold(make.document(made, example.text), dict(example.values))
    return made


def the_version(project: Project) -> ModelVersion:
    run = request_run(project=project, user=None, arguments=QUICK, reason="")
    job.run(run.pk)
    run.refresh_from_db()
    assert (run.state, run.error) == (RunState.SUCCEEDED, "")
    version = ModelVersion.objects.get()
    assert version.stage == Stage.PRODUCTION
    return version


def test_a_version_that_is_no_worse_so_answers_in_int8(
    project: Project, client: Client, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    version = the_version(project)

    assert version.metrics["int8"]["verdict"] == "not_worse"
    assert version.metrics["int8"]["label_sets"].keys() == {head.name for head in HEADS}
    predictor = predictor_for(version)
    assert predictor.is_int8
    assert predictor.predict(["anna lost card 7 in paris"])[0].answer["Intent"] == "lost_card"

    client.force_login(project.created_by)
    page = client.get(reverse("version", args=[project.pk, version.pk])).content.decode()
    assert int8_words(version.metrics["int8"]) in page

    monkeypatch.setattr("modelops.registry.job._loaded", {})
    settings.SERVING_NUMBERS = "plain"
    assert not predictor_for(version).is_int8


def test_a_version_that_is_worse_so_stays_in_full_precision(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    exact = Int8Linear.forward
    monkeypatch.setattr(Int8Linear, "forward", lambda *given, **options: exact(*given, **options).uniform_(0, 9))

    version = the_version(project)

    assert version.metrics["int8"]["verdict"] == "worse"
    assert not predictor_for(version).is_int8


def test_by_itself_a_site_takes_what_is_measured_faster(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    for number_type, is_faster, is_taken in (
        ("measured", True, True),
        ("measured", False, False),
        ("int8", False, True),
        ("plain", True, False),
    ):
        settings.SERVING_NUMBERS = number_type
        monkeypatch.setattr("modelops.registry.job.prefers_int8", lambda device, is_faster=is_faster: is_faster)
        assert takes_int8() is is_taken

"""A checkpoint folder: adapter, heads and their description; safetensors and JSON only."""

import json
import os
import shutil
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import load_file, save_file

from modelops.engine.arguments import TrainingArguments
from modelops.engine.examples import HeadSpec

ADAPTER, HEADS, DESCRIPTION = "adapter.safetensors", "heads.safetensors", "checkpoint.json"
FORMAT = 1
RESUME = "resume"


class CheckpointError(ValueError):
    """A checkpoint folder that cannot be used; the message says what is wrong."""


@dataclass(frozen=True)
class Checkpoint:
    """What `checkpoint.json` says. `temperatures`: one a head, 1.0 where none was fitted; `figures`: loss, seconds."""

    folder: Path
    encoder: str
    encoder_version: str
    heads: tuple[HeadSpec, ...]
    arguments: TrainingArguments
    temperatures: tuple[float, ...]
    figures: Mapping[str, float]


@dataclass(frozen=True)
class ResumeState:
    """A run in the middle: `tensors` by name, and the step and seconds done so far."""

    tensors: dict[str, torch.Tensor]
    step: int
    seconds: float


def write_checkpoint(
    checkpoint: Checkpoint, adapter: Mapping[str, torch.Tensor], heads: Mapping[str, torch.Tensor]
) -> None:
    """Write the three files; the description comes last, so a folder that has it is whole."""
    checkpoint.folder.mkdir(parents=True, exist_ok=True)
    for name, tensors in ((ADAPTER, adapter), (HEADS, heads)):
        save_file({key: value.detach().cpu().contiguous() for key, value in tensors.items()}, checkpoint.folder / name)
        (checkpoint.folder / name).chmod(0o644)
    described = {
        "format": FORMAT,
        "encoder": {"name": checkpoint.encoder, "version": checkpoint.encoder_version},
        "heads": [asdict(head) | {"labels": list(head.labels)} for head in checkpoint.heads],
        "arguments": checkpoint.arguments.as_dict(),
        "temperatures": list(checkpoint.temperatures),
        "figures": dict(checkpoint.figures),
    }
    building = checkpoint.folder / f".{DESCRIPTION}"
    building.write_text(json.dumps(described, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    os.replace(building, checkpoint.folder / DESCRIPTION)


def read_checkpoint(folder: Path) -> Checkpoint:
    """Read and check the description. Raises CheckpointError for a missing file or a field that cannot be."""
    for name in (DESCRIPTION, ADAPTER, HEADS):
        if not (folder / name).is_file():
            raise CheckpointError(f"The checkpoint {folder.name} has no {name}.")
    try:
        described: dict[str, Any] = json.loads((folder / DESCRIPTION).read_text(encoding="utf-8"))  # Any: JSON
        if described["format"] != FORMAT:
            raise CheckpointError(f"The checkpoint {folder.name} has the unknown format {described['format']!r}.")
        checkpoint = Checkpoint(
            folder=folder,
            encoder=str(described["encoder"]["name"]),
            encoder_version=str(described["encoder"]["version"]),
            heads=tuple(HeadSpec(**(head | {"labels": tuple(head["labels"])})) for head in described["heads"]),
            arguments=TrainingArguments.from_dict(described["arguments"]),
            temperatures=tuple(float(value) for value in described["temperatures"]),
            figures=described["figures"],
        )
    except CheckpointError:
        raise
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise CheckpointError(f"The checkpoint {folder.name} has a broken {DESCRIPTION}: {error!r}") from error
    if not checkpoint.heads:
        raise CheckpointError(f"The checkpoint {folder.name} has no heads.")
    if len(checkpoint.temperatures) != len(checkpoint.heads) or min(checkpoint.temperatures) <= 0:
        raise CheckpointError(f"The checkpoint {folder.name} needs one temperature above 0 for every head.")
    return checkpoint


def read_tensors(folder: Path, name: str) -> dict[str, torch.Tensor]:
    """Raises CheckpointError when the file is not safetensors."""
    try:
        return load_file(folder / name)
    except (SafetensorError, OSError) as error:
        raise CheckpointError(f"The checkpoint {folder.name} has a broken {name}.") from error


def head_tensors(checkpoint: Checkpoint, hidden: int) -> list[tuple[torch.Tensor, torch.Tensor]]:
    """Weight [width, hidden] and bias [width] a head. Raises CheckpointError when they don't fit the labels."""
    tensors = read_tensors(checkpoint.folder, HEADS)
    found: list[tuple[torch.Tensor, torch.Tensor]] = []
    for number, head in enumerate(checkpoint.heads):
        weight, bias = tensors.get(f"{number}.weight"), tensors.get(f"{number}.bias")
        if weight is None or bias is None:
            raise CheckpointError(f"The checkpoint {checkpoint.folder.name} has no weights for {head.name!r}.")
        if tuple(weight.shape) != (head.width, hidden) or tuple(bias.shape) != (head.width,):
            raise CheckpointError(
                f"The checkpoint {checkpoint.folder.name}: the weights of {head.name!r} are {tuple(weight.shape)}, "
                f"its {len(head.labels)} labels need {(head.width, hidden)}."
            )
        found.append((weight, bias))
    return found


def save_resume(folder: Path, state: ResumeState, fingerprint: str) -> None:
    """Keep a run's state in one file that appears at once."""
    place = folder / RESUME
    place.mkdir(parents=True, exist_ok=True)
    notes = {"step": str(state.step), "seconds": str(state.seconds), "fingerprint": fingerprint}
    tensors = {name: tensor.detach().cpu().contiguous() for name, tensor in state.tensors.items()}
    save_file(tensors, place / "state.part", metadata=notes)
    os.replace(place / "state.part", place / "state.safetensors")


def load_resume(folder: Path, fingerprint: str) -> ResumeState | None:
    """The saved state of the same data and arguments; None when there is none or it is of something else."""
    path = folder / RESUME / "state.safetensors"
    if not path.is_file():
        return None
    try:
        with safe_open(path, framework="pt") as stream:
            notes = stream.metadata() or {}
            if notes.get("fingerprint") != fingerprint:
                return None
            tensors = {name: stream.get_tensor(name) for name in list(stream.keys())}
    except SafetensorError:
        return None
    return ResumeState(tensors, int(notes["step"]), float(notes["seconds"]))


def drop_resume(folder: Path) -> None:
    shutil.rmtree(folder / RESUME, ignore_errors=True)

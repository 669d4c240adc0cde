"""A run in several processes, started by `accelerate launch`: on all cards of a machine, or on several processors.

    python -m accelerate.commands.launch --num_processes 2 -m modelops.engine.apart work.json

Only the first process writes files; it prints its progress as lines of JSON.
"""

import json
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import torch
from accelerate import PartialState

from modelops.engine.arguments import TrainingArguments
from modelops.engine.checkpoints import Checkpoint, read_checkpoint
from modelops.engine.examples import Example, HeadSpec
from modelops.engine.losses import LossDiverged
from modelops.engine.peers import Peers
from modelops.engine.running import Progress
from modelops.engine.training import Report, fit

SPECIFICATION = "work.json"
_STOP_SECONDS = 10


def fit_apart(
    examples: Sequence[Example],
    heads: Sequence[HeadSpec],
    arguments: TrainingArguments,
    *,
    encoder: Path,
    folder: Path,
    on_progress: Report = lambda _: None,
) -> Checkpoint:
    """`fit` in `arguments.processes` processes. They end with this one's wish: what `on_progress` raises stops them."""
    folder.mkdir(parents=True, exist_ok=True)
    place = folder.parent / SPECIFICATION
    place.write_text(json.dumps(_specification(examples, heads, arguments, encoder, folder)), encoding="utf-8")
    process = subprocess.Popen(_command(arguments, place), stdout=subprocess.PIPE, text=True, encoding="utf-8")
    try:
        _follow(process, on_progress)
    finally:
        _end(process)
        place.unlink(missing_ok=True)
    return read_checkpoint(folder)


def _specification(
    examples: Sequence[Example], heads: Sequence[HeadSpec], arguments: TrainingArguments, encoder: Path, folder: Path
) -> dict[str, Any]:  # Any: JSON
    return {
        "examples": [asdict(example) for example in examples],
        "heads": [asdict(head) for head in heads],
        "arguments": arguments.as_dict(),
        "encoder": str(encoder),
        "folder": str(folder),
    }


def _command(arguments: TrainingArguments, place: Path) -> list[str]:
    launch = [sys.executable, "-m", "accelerate.commands.launch", "--num_processes", str(arguments.processes)]
    launch += ["--num_machines", "1", "--mixed_precision", "no", "--dynamo_backend", "no", "--main_process_port", "0"]
    where = ["--multi_gpu"] if torch.cuda.device_count() >= arguments.processes else ["--cpu"]
    threads = ["--num_cpu_threads_per_process", str(arguments.threads)]
    return [*launch, *where, *threads, "-m", "modelops.engine.apart", str(place)]


def _follow(process: "subprocess.Popen[str]", on_progress: Callable[[Progress], None]) -> None:
    problem: dict[str, Any] = {}  # Any: JSON
    for line in process.stdout or ():
        if not line.startswith("{"):
            continue
        told = json.loads(line)
        if "problem" in told:
            problem = told
        else:
            on_progress(Progress(**told))
    if process.wait() == 0:
        return
    if problem.get("step"):
        raise LossDiverged(problem["step"])
    raise ValueError(problem.get("problem") or f"The processes of the run ended with {process.returncode}.")


def _end(process: "subprocess.Popen[str]") -> None:
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def main(place: Path) -> int:
    described = json.loads(place.read_text(encoding="utf-8"))
    state = PartialState()
    device = str(state.device)
    examples = [
        Example(**{**one, "parts": tuple(map(tuple, one["parts"])), "roles": tuple(one["roles"])})
        for one in described["examples"]
    ]
    heads = [HeadSpec(**{**one, "labels": tuple(one["labels"])}) for one in described["heads"]]
    arguments = replace(TrainingArguments.from_dict(described["arguments"]))
    folder, encoder = Path(described["folder"]), Path(described["encoder"])
    try:
        fit(examples, heads, arguments, encoder=encoder, folder=folder, device=device, on_progress=_tell)
    except LossDiverged as error:
        _say({"problem": str(error), "step": error.step})
        return 1
    except ValueError as error:
        _say({"problem": str(error)})
        return 1
    finally:
        state.destroy_process_group()
    return 0


def _tell(progress: Progress) -> None:
    _say(asdict(progress))


def _say(told: dict[str, Any]) -> None:  # Any: JSON
    if Peers.here().is_first:
        sys.stdout.write(json.dumps(told) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))

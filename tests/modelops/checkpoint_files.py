"""Checkpoint folders that can be verified, for versions that nobody loads."""

from pathlib import Path

from django.conf import settings

from modelops.registry.checkpoints import digest


def a_checkpoint(name: str = "1") -> tuple[str, str]:
    """(path, sha256) of a folder with one small file under settings.CHECKPOINTS."""
    folder = Path(settings.CHECKPOINTS) / name
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "checkpoint.json").write_text("{}", encoding="utf-8")
    return name, digest(folder)

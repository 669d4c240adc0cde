import json
import struct
from pathlib import Path
from typing import Any

import pytest

from modelops.registry.checkpoints import UnsafeCheckpoint, check_file, digest, folder_of, verified


@pytest.fixture
def folder(tmp_path: Path, settings: Any) -> Path:
    settings.CHECKPOINTS = tmp_path
    made = tmp_path / "1" / "2"
    made.mkdir(parents=True)
    header = json.dumps({"w": {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]}}).encode()
    (made / "heads.safetensors").write_bytes(struct.pack("<Q", len(header)) + header + b"\0\0\0\0")
    (made / "checkpoint.json").write_text('{"format": 1}')
    return made


def test_an_untouched_checkpoint_is_read(folder: Path) -> None:
    assert verified("1/2", digest(folder)) == folder


def test_a_changed_file_is_refused(folder: Path) -> None:
    before = digest(folder)
    (folder / "checkpoint.json").write_text('{"format": 2}')

    with pytest.raises(UnsafeCheckpoint, match="checksum"):
        verified("1/2", before)


def test_a_renamed_file_changes_the_checksum(folder: Path) -> None:
    before = digest(folder)
    (folder / "checkpoint.json").rename(folder / "other.json")

    assert digest(folder) != before


@pytest.mark.parametrize("path", ["", ".", "..", "../x", "1/../../x", "/etc", "1/2/../../.."])
def test_no_path_leads_out_of_the_folder(folder: Path, path: str) -> None:
    with pytest.raises(UnsafeCheckpoint):
        folder_of(path)


def test_a_link_out_of_the_folder_is_refused(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    (folder.parent / "link").symlink_to(tmp_path_factory.mktemp("elsewhere"))
    (folder / "linked.json").symlink_to(folder / "checkpoint.json")

    with pytest.raises(UnsafeCheckpoint):
        folder_of("1/link")
    with pytest.raises(UnsafeCheckpoint, match="plain file"):
        digest(folder)


@pytest.mark.parametrize("name", ["model.pt", "adapter_model.bin", "weights.pickle", "code.py", "noext"])
def test_any_other_kind_of_file_is_refused(folder: Path, name: str) -> None:
    (folder / name).write_bytes(b"x")

    with pytest.raises(UnsafeCheckpoint):
        digest(folder)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\0" * 8,
        struct.pack("<Q", 1 << 40) + b"{}",
        struct.pack("<Q", 2) + b"[]",
        struct.pack("<Q", 4) + b"\x80\x04\x95.",
        struct.pack("<Q", 41) + b'{"w":{"data_offsets":[0,99999999999999]}}',
    ],
)
def test_what_only_is_called_safetensors_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "x.safetensors"
    path.write_bytes(content)

    with pytest.raises(UnsafeCheckpoint):
        check_file(path)


def test_a_description_that_asks_for_code_is_refused_at_any_depth(tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    path.write_text('{"encoder": [{"auto_map": {"AutoModel": "evil.Model"}}]}')

    with pytest.raises(UnsafeCheckpoint, match="code"):
        check_file(path)


def test_every_harmful_file_of_the_corpus_is_refused(shared: Path) -> None:
    files = sorted((shared / "corpus" / "model").iterdir())

    assert files
    for path in files:
        with pytest.raises(UnsafeCheckpoint):
            check_file(path)
    assert not Path("/tmp/collabweb_canary_pickle").exists()

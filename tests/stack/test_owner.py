import os
from pathlib import Path

import pytest

from collabweb.stack.owner import Owner, copy_readable

STRANGER = Owner(uid=65533, gid=65533, is_other=True)


@pytest.mark.parametrize(("mode", "expected"), [(0o755, True), (0o711, False), (0o750, False), (0o700, False)])
def test_a_stranger_reaches_only_what_is_open_to_all(home: Path, mode: int, *, expected: bool) -> None:
    home.mkdir()
    home.chmod(mode)

    assert STRANGER.can_reach(home) is expected


def test_one_closed_folder_on_the_way_is_enough(private_home: Path) -> None:
    private_home.mkdir()
    private_home.chmod(0o755)

    assert not STRANGER.can_reach(private_home)


def test_the_own_user_reaches_a_private_folder(private_home: Path) -> None:
    private_home.mkdir()

    assert Owner(uid=os.geteuid(), gid=os.getegid(), is_other=False).can_reach(private_home)


def test_a_copy_is_readable_by_all_and_the_original_keeps_its_modes(tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.mkdir(mode=0o700)
    (source / "program").write_text("x")
    (source / "program").chmod(0o700)
    (source / "data").write_text("y")
    (source / "data").chmod(0o600)

    copy_readable(source, tmp_path / "copy")

    modes = {path.name: path.stat().st_mode & 0o777 for path in (tmp_path / "copy").iterdir()}
    assert modes == {"program": 0o755, "data": 0o644}
    assert (source / "data").stat().st_mode & 0o777 == 0o600

"""Who runs PostgreSQL, which refuses to run as root, and which folders that user can reach.

As an ordinary user everything is simple: that user. As root it is an existing unprivileged user. Modes of folders
that this stack did not make are never changed; where that user cannot reach them, copies go to another folder.
"""

import os
import pwd
import shutil
import stat
from dataclasses import dataclass
from pathlib import Path

from collabweb.stack.places import StackError

CANDIDATES = ("nobody", "daemon")


@dataclass(frozen=True)
class Owner:
    uid: int
    gid: int
    is_other: bool

    def can_reach(self, folder: Path) -> bool:
        """Whether this user may walk down to the folder, and read and enter the folder itself."""
        real = folder.resolve()
        return all(self._may(parent, 0o1) for parent in real.parents) and self._may(real, 0o5)

    def take(self, folder: Path) -> None:
        """Make a private folder of this user."""
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if self.is_other:
            os.chown(folder, self.uid, self.gid)
        folder.chmod(0o700)

    def _may(self, path: Path, bits: int) -> bool:
        if not self.is_other:
            return os.access(path, (os.R_OK if bits & 0o4 else 0) | os.X_OK)
        status = path.stat()
        if status.st_uid == self.uid:
            return (status.st_mode >> 6) & bits == bits
        if status.st_gid == self.gid:
            return (status.st_mode >> 3) & bits == bits
        return status.st_mode & bits == bits


def database_owner() -> Owner:
    if os.geteuid() != 0:
        return Owner(uid=os.geteuid(), gid=os.getegid(), is_other=False)
    for name in CANDIDATES:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Owner(uid=entry.pw_uid, gid=entry.pw_gid, is_other=True)
    raise StackError("PostgreSQL does not run as root, and there is no user 'nobody'. Start as an ordinary user.")


def copy_readable(source: Path, target: Path) -> None:
    """Copy a tree once, readable for everybody; a copy that was cut short is made again."""
    if target.exists():
        return
    draft = target.with_name(target.name + ".new")
    shutil.rmtree(draft, ignore_errors=True)
    shutil.copytree(source, draft, symlinks=True)
    for path in (draft, *draft.rglob("*")):
        if not path.is_symlink():
            executable = path.is_dir() or path.stat().st_mode & stat.S_IXUSR
            path.chmod(0o755 if executable else 0o644)
    draft.rename(target)

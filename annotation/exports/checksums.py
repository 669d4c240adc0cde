"""What an export turned out to be: rows, bytes and SHA-256 are known when its stream has ended, and kept for a day."""

import hashlib
import logging
import secrets
from collections.abc import Generator, Iterable, Iterator
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Any, Literal

import redis
from django.core.cache import cache
from django.utils import timezone

from annotation.exports.rows import Line

logger = logging.getLogger(__name__)
KEPT_FOR = timedelta(days=1)
PIECE_BYTES = 64 * 1024


@dataclass(frozen=True, slots=True)
class Sent:
    """`broken`: the stream ended before its end, by the site's fault or the client's. Then what came is not whole."""

    id: str
    format: str
    which: str
    state: Literal["running", "complete", "broken"] = "running"
    rows: int | None = None
    bytes: int | None = None
    sha256: str | None = None
    finished_at: str | None = None

    def as_json(self) -> dict[str, Any]:  # Any: JSON
        return asdict(self)


class Checksum:
    """Counts one export on its way out. Give it the lines on their way in, and the stream on its way out."""

    def __init__(self, project_id: int, *, format: str, which: str) -> None:  # noqa: A002  # named as on the wire
        self.project_id = project_id
        self.id = secrets.token_urlsafe(12)
        self._begun = Sent(self.id, format, which)
        self._rows = 0

    def counted(self, lines: Iterable[Line]) -> Iterator[Line]:
        for line in lines:
            self._rows += 1
            yield line

    def summed(self, stream: Iterable[bytes]) -> Generator[bytes, None, None]:
        digest, size, is_whole = hashlib.sha256(), 0, False
        self._keep(self._begun)
        try:
            for piece in _in_pieces(stream):
                digest.update(piece)
                size += len(piece)
                yield piece
            is_whole = True
        finally:
            self._keep(self._ended(digest.hexdigest(), size, is_whole=is_whole))

    def _ended(self, sha256: str, size: int, *, is_whole: bool) -> Sent:
        given = asdict(self._begun) | {"state": "broken", "finished_at": timezone.now().isoformat()}
        if is_whole:
            given |= {"state": "complete", "rows": self._rows, "bytes": size, "sha256": sha256}
        return Sent(**given)

    def _keep(self, sent: Sent) -> None:
        try:
            cache.set(_key(self.project_id, self.id), sent.as_json(), KEPT_FOR.total_seconds())
        except redis.RedisError:
            # The export itself does not need the cache.
            logger.warning("the checksum of export %s is not kept: the cache does not answer", self.id)


def _in_pieces(stream: Iterable[bytes]) -> Iterator[bytes]:
    """Some hundred lines at a time: handing on each alone costs the server more than making it."""
    waiting: list[bytes] = []
    size = 0
    for piece in stream:
        waiting.append(piece)
        size += len(piece)
        if size >= PIECE_BYTES:
            yield b"".join(waiting)
            waiting, size = [], 0
    if waiting:
        yield b"".join(waiting)


def sent(project_id: int, export_id: str) -> Sent | None:
    """None where it is unknown, too old, or of another project."""
    try:
        found = cache.get(_key(project_id, export_id))
    except redis.RedisError:
        logger.warning("the checksum of export %s can't be read: the cache does not answer", export_id)
        return None
    return Sent(**found) if found else None


def _key(project_id: int, export_id: str) -> str:
    return f"export:{project_id}:{export_id}"

"""Reports as workers left them. The web process reads them and asks for new ones; it never calculates."""

import time
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from hashlib import sha256
from pathlib import Path

from django.conf import settings
from django.core.cache import cache
from django.utils import timezone
from django.utils.translation import get_language

from annotation.projects.models import Project
from annotation.quality.asked import Asked
from annotation.quality.services import newest_change
from modelops.reports import shapes
from modelops.reports.shapes import Report
from modelops.signals import report_requested

# States of documents and new versions change without the columns: an older report is calculated again when it is read.
FRESH = timedelta(seconds=60)
# A report of everything stays until there is a newer one; a filter is soon forgotten.
KEPT_SECONDS, FILTERED_SECONDS = 14 * 86_400, 3_600
PROGRESS_SECONDS = 120
POLL_SECONDS = 0.02
# Pickled reports of another shape are never read.
_SHAPE = sha256(Path(shapes.__file__).read_bytes()).hexdigest()[:12]


@dataclass(frozen=True)
class Wish:
    """One report of one project as somebody wants it; `person` for that person's own page."""

    project_id: int
    name: str
    query: str
    language: str
    person: int | None = None

    @cached_property
    def key(self) -> str:
        parts = (_SHAPE, self.project_id, self.name, self.query, self.language, self.person)
        return sha256(repr(parts).encode()).hexdigest()[:40]

    @property
    def is_of_everything(self) -> bool:
        return not self.query and self.person is None

    @property
    def message(self) -> dict[str, int | str | None]:
        return asdict(self)


# What a report rests on: the columns, the day, the hourly rate.
Stamp = tuple[datetime | None, date, float]


def stamp_of(project: Project) -> Stamp:
    return newest_change(project), timezone.now().date(), project.hourly_rate


@dataclass(frozen=True, slots=True)
class Kept:
    """`took`: seconds of a worker."""

    report: Report
    stamp: Stamp
    made_at: datetime
    took: float


@dataclass(frozen=True, slots=True)
class Found:
    """`is_changed`: answers came since, or the day did. `is_fresh`: nothing has changed and nothing could have."""

    wish: Wish
    kept: Kept | None
    is_changed: bool
    is_fresh: bool
    progress: float

    @property
    def key(self) -> str:
        """Of what is drawn from it."""
        return f"{self.wish.key}:{self.kept.made_at.isoformat() if self.kept else ''}"


def wish_for(project: Project, name: str, asked: Asked, person: int | None = None) -> Wish:
    return Wish(project.pk, name, asked.query, get_language() or settings.LANGUAGE_CODE, person)


def look(project: Project, wish: Wish) -> Found:
    """What is kept; a worker is asked for a newer one where it may be out of date. One statement."""
    read = cache.get_many([_report_key(wish), _progress_key(wish)])
    kept, stamp = read.get(_report_key(wish)), stamp_of(project)
    if not isinstance(kept, Kept):
        kept = None
    is_changed = kept is not None and kept.stamp != stamp
    is_fresh = kept is not None and not is_changed and timezone.now() - kept.made_at < FRESH
    if wish.is_of_everything:
        cache.set(_seen_key(wish.project_id, wish.name, wish.language), 1, KEPT_SECONDS)
    if not is_fresh:
        report_requested.send(sender=Wish, wish=wish)
    return Found(wish, kept, is_changed, is_fresh, float(read.get(_progress_key(wish), 0.0)))


def wait(project: Project, wish: Wish, *, seconds: float, is_fresh: bool = False) -> Found:
    """As `look`, but wait so long until something is there; with `is_fresh`, until nothing newer could be."""
    until = time.monotonic() + seconds
    found = look(project, wish)
    while found.kept is None or (is_fresh and not found.is_fresh):
        kept = kept_report(wish)
        if kept is not None and (found.kept is None or kept.made_at > found.kept.made_at):
            found = look(project, wish)
        elif time.monotonic() < until:
            time.sleep(POLL_SECONDS)
        else:
            break
    return found


def kept_report(wish: Wish) -> Kept | None:
    found = cache.get(_report_key(wish))
    return found if isinstance(found, Kept) else None


def keep(wish: Wish, kept: Kept) -> None:
    cache.set(_report_key(wish), kept, KEPT_SECONDS if wish.is_of_everything else FILTERED_SECONDS)
    cache.delete(_progress_key(wish))


def tell_progress(wish: Wish, share: float) -> None:
    cache.set(_progress_key(wish), share, PROGRESS_SECONDS)


def was_seen(wishes: list[Wish]) -> list[Wish]:
    """Those that somebody looked at in the last days."""
    keys = {_seen_key(wish.project_id, wish.name, wish.language): wish for wish in wishes}
    return [keys[key] for key in cache.get_many(list(keys))]


def _report_key(wish: Wish) -> str:
    return f"report:{wish.key}"


def _progress_key(wish: Wish) -> str:
    return f"report-progress:{wish.key}"


def _seen_key(project_id: int, name: str, language: str) -> str:
    return f"report-seen:{project_id}:{name}:{language}"

"""Calculate reports and keep them for the pages; when answers change, those that people look at again."""

import time
from urllib.parse import parse_qsl

from django.conf import settings
from django.utils import timezone, translation

from annotation.projects.models import Project
from annotation.quality.asked import read
from modelops.reports.build import build
from modelops.reports.kept import FRESH, Kept, Wish, keep, kept_report, stamp_of, tell_progress, was_seen
from modelops.reports.names import NAMES

# What changes all the time is calculated for a tenth of the time at most, and not every moment.
LEAST_SECONDS, SHARE_OF_TIME = 5.0, 10


def make(wish: Wish) -> None:
    """Nothing where what is kept is fresh: somebody else asked for it too."""
    project = Project.objects.filter(pk=wish.project_id).first()
    if project is None:
        return
    stamp, kept = stamp_of(project), kept_report(wish)
    if kept is not None and kept.stamp == stamp and timezone.now() - kept.made_at < FRESH:
        return
    start = time.perf_counter()
    asked, _problems = read(parse_qsl(wish.query))
    tell_progress(wish, 0.05)
    with translation.override(wish.language):
        report = build(project, asked, wish.name, wish.person, lambda share: tell_progress(wish, share))
    keep(wish, Kept(report, stamp, timezone.now(), time.perf_counter() - start))


def renew(project_id: int) -> None:
    """Reports of everything that somebody looked at lately, as far as their time has come."""
    languages = [code for code, _title in settings.LANGUAGES]
    for wish in was_seen([Wish(project_id, name, "", code) for name in NAMES for code in languages]):
        kept = kept_report(wish)
        pause = max(LEAST_SECONDS, SHARE_OF_TIME * kept.took) if kept else 0.0
        if kept is None or (timezone.now() - kept.made_at).total_seconds() >= pause:
            make(wish)

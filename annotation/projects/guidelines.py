"""Versions of a project's guidelines: written with every change, so that people see what changed since they looked."""

from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F, Q, Subquery
from django.utils.translation import gettext as _

from annotation import signals
from annotation.people.models import User
from annotation.projects.guideline_changes import Line, compare, has_changes
from annotation.projects.models import GuidelinesSeen, GuidelinesVersion, Project

MAX_NOTE_CHARS = 500


@dataclass(frozen=True, slots=True)
class Reading:
    """The present guidelines for one person. `number` and `seen` are 0 where there is none."""

    number: int
    seen: int
    lines: list[Line]

    @property
    def is_changed(self) -> bool:
        """A newer version than the person has looked at says something else."""
        return 0 < self.seen < self.number and has_changes(self.lines)

    @property
    def has_text(self) -> bool:
        return any(line.text for line in self.lines)


def keep_version(*, project: Project, user: User, note: str = "") -> GuidelinesVersion | None:
    """Write down the guidelines that the project has now, unless the newest version says the same.

    Call inside the transaction that changed them, with the project's row locked.
    """
    if len(note) > MAX_NOTE_CHARS:
        message = _("A note has at most %(limit)d characters.") % {"limit": MAX_NOTE_CHARS}
        raise ValidationError({"note": ValidationError(message, code="text_too_long")})
    newest = GuidelinesVersion.objects.filter(project=project).first()
    if newest is not None and (newest.text, newest.text_zh) == (project.guidelines, project.guidelines_zh):
        return None
    made = GuidelinesVersion.objects.create(
        project=project,
        number=newest.number + 1 if newest else 1,
        text=project.guidelines,
        text_zh=project.guidelines_zh,
        note=note,
        created_by=user,
    )
    project.guidelines_number = made.number
    project.save(update_fields=["guidelines_number"])
    GuidelinesSeen.objects.update_or_create(project=project, user=user, defaults={"number": made.number})
    if newest is not None:
        transaction.on_commit(
            lambda: signals.guidelines_changed.send(sender=GuidelinesVersion, project_id=project.pk, number=made.number)
        )
    return made


def mark_seen(*, project: Project, user: User, number: int) -> int:
    """Note that this person has opened version `number`; the newest one they have seen stays. Returns that."""
    if not GuidelinesVersion.objects.filter(project=project, number=number).exists():
        message = _("There is no version %(number)d of these guidelines.") % {"number": number}
        raise ValidationError({"number": ValidationError(message, code="unknown_version")})
    with transaction.atomic():
        row, _is_new = GuidelinesSeen.objects.select_for_update().get_or_create(
            project=project, user=user, defaults={"number": number}
        )
        if row.number < number:
            row.number = number
            row.save(update_fields=["number"])
    return row.number


def reading_of(project: Project, user_id: int) -> Reading:
    """In one statement: the newest version, and the one that this person has seen."""
    seen_number = GuidelinesSeen.objects.filter(project=project, user_id=user_id).values("number")
    newest_number = GuidelinesVersion.objects.filter(project=project).values("number")[:1]
    rows = GuidelinesVersion.objects.filter(project=project).annotate(seen_by=Subquery(seen_number))
    found = list(rows.filter(Q(number=Subquery(newest_number)) | Q(number=F("seen_by"))))
    if not found:
        return Reading(0, 0, compare("", project.guidelines_here))
    newest, last = found[0], found[-1]
    seen = newest.seen_by or 0
    before = last.text_here if last.number == seen else newest.text_here
    return Reading(newest.number, seen, compare(before, newest.text_here))

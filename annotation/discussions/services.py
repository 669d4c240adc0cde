"""Settle together what a label means. Refusals are ValidationErrors by field."""

from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from annotation.discussions.models import Discussion, DiscussionPost
from annotation.documents.models import Document
from annotation.people.models import User
from annotation.projects.guideline_lines import with_line
from annotation.projects.models import GuidelinesVersion, Label, LabelSet, Project
from annotation.projects.services import update_settings

MAX_TITLE_CHARS = 200
MAX_POST_CHARS = 4_000
MAX_LINE_CHARS = 1_000


@dataclass(frozen=True, slots=True)
class NewDiscussion:
    """`label_set` and `label` by name, or both empty. `document_id`: an example."""

    title: str
    text: str
    label_set: str = ""
    label: str = ""
    document_id: int | None = None


@transaction.atomic
def open_discussion(*, project: Project, user: User, new: NewDiscussion) -> Discussion:
    _check("title", new.title, MAX_TITLE_CHARS)
    _check("text", new.text, MAX_POST_CHARS)
    _check_label(project, new)
    if new.document_id is not None and not Document.objects.filter(pk=new.document_id, project=project).exists():
        raise _problem("document", _("There is no such document here."), "unknown_document")
    made = Discussion.objects.create(
        project=project,
        title=new.title.strip(),
        label_set=new.label_set,
        label=new.label,
        document_id=new.document_id,
        created_by=user,
    )
    DiscussionPost.objects.create(discussion=made, user=user, text=new.text)
    return made


@transaction.atomic
def add_post(*, discussion: Discussion, user: User, text: str) -> DiscussionPost:
    _check("text", text, MAX_POST_CHARS)
    found = Discussion.objects.select_for_update(of=("self",)).get(pk=discussion.pk)
    if found.resolved_at is not None:
        raise _problem("text", _("This discussion is resolved."), "resolved")
    return DiscussionPost.objects.create(discussion=found, user=user, text=text)


@transaction.atomic
def resolve(*, discussion: Discussion, by: User, line: str = "", line_zh: str = "") -> Discussion:
    """End it: with a line that a new version of the guidelines has, in one or both languages, or without one."""
    found = Discussion.objects.select_for_update(of=("self",)).select_related("project").get(pk=discussion.pk)
    if found.resolved_at is not None:
        raise _problem("line", _("This discussion is resolved."), "resolved")
    found.line, found.line_zh = line.strip(), line_zh.strip()
    for field, text in (("line", found.line), ("line_zh", found.line_zh)):
        if len(text) > MAX_LINE_CHARS:
            message = _("A line has at most %(limit)d characters.") % {"limit": MAX_LINE_CHARS}
            raise _problem(field, message, "text_too_long")
    if found.line or found.line_zh:
        found.guidelines_version = _add_lines(found, by)
    found.resolved_at, found.resolved_by = timezone.now(), by
    found.save(update_fields=["line", "line_zh", "guidelines_version", "resolved_at", "resolved_by"])
    return found


def _add_lines(discussion: Discussion, by: User) -> GuidelinesVersion:
    """The number at the end of the line leads back to the discussion."""
    project = Project.objects.select_for_update(no_key=True).get(pk=discussion.project_id)
    changes = {}
    for field, language, line in (
        ("guidelines", "en", discussion.line),
        ("guidelines_zh", "zh-hans", discussion.line_zh),
    ):
        if line:
            with override(language):
                title = title_of(discussion)
            changes[field] = with_line(getattr(project, field), title, f"{line} (#{discussion.pk})")
    update_settings(project=project, user=by, changes=changes, note=f"#{discussion.pk} {discussion.title}")
    return GuidelinesVersion.objects.filter(project=project).order_by("-number")[:1].get()


def title_of(discussion: Discussion) -> str:
    """What it is about, in the present language: a label set and a label, or the guidelines as a whole."""
    label_set = LabelSet.objects.filter(project_id=discussion.project_id, name=discussion.label_set).first()
    label = Label.objects.filter(label_set=label_set, name=discussion.label).first() if label_set else None
    names = [label_set.title if label_set else discussion.label_set, label.title if label else discussion.label]
    return ": ".join(name for name in names if name) or _("Settled in discussions")


def _check_label(project: Project, new: NewDiscussion) -> None:
    if not new.label_set and not new.label:
        return
    sets = LabelSet.objects.filter(project=project, name=new.label_set)
    is_there = sets.filter(labels__name=new.label).exists() if new.label else sets.exists()
    if not is_there:
        raise _problem("label", _("This project has no such label."), "unknown_label")


def _check(field: str, text: str, limit: int) -> None:
    if not text.strip():
        raise _problem(field, _("This needs words."), "empty_text")
    if len(text) > limit:
        raise _problem(field, _("This has at most %(limit)d characters.") % {"limit": limit}, "text_too_long")
    if "\0" in text:
        raise _problem(field, _("NUL characters can't be kept."), "nul_char")


def _problem(field: str, message: str, code: str) -> ValidationError:
    return ValidationError({field: ValidationError(message, code=code)})

"""Make projects, change them, and say who works in them. Every refusal is a ValidationError by field, with a code."""

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, OperationalError, connection, transaction
from django.db.models import ProtectedError
from django.utils.translation import gettext as _

from annotation.audit.acting import leave_out_rows
from annotation.people.models import User
from annotation.projects.guidelines import keep_version
from annotation.projects.label_set_specs import LabelSetSpec, read_label_sets
from annotation.projects.models import Label, LabelSet, Membership, Project, Role
from annotation.projects.project_settings import apply
from annotation.projects.project_templates import TEMPLATES
from annotation.projects.ready.template import ProjectTemplate

Guidelines = str | Mapping[str, str] | None
Settings = Mapping[str, Any]  # Any: JSON from outside

_DELETE_TRIES = 5
_REFIT_SLOTS = """
    UPDATE annotation_document AS document SET slots = greatest(0, coalesce(overlap, %(overlap)s)
        - (SELECT count(*) FROM annotation_assignment AS lent
            WHERE lent.document_id = document.id AND lent.state = 'open')
        - (SELECT count(*) FROM annotation_annotation AS done
            WHERE done.document_id = document.id AND done.status = 'submitted'))
    WHERE project_id = %(project)s AND state NOT IN ('gold', 'auto_accepted')
"""


@transaction.atomic
def create_project(
    *,
    user: User,
    name: str,
    template: str | None = None,
    label_sets: object = None,
    guidelines: Guidelines = None,
    settings: Settings | None = None,
) -> Project:
    """Make a project with its maker as manager: from a template, or from label sets as the contract writes them.

    With both, the given label sets and guidelines stand in for the template's.
    """
    ready = _template(template) if template else None
    if ready is None and label_sets is None:
        message = _("Say a template or label sets.")
        raise ValidationError({"label_sets": ValidationError(message, code="required")})
    specs = read_label_sets(ready.label_sets if ready and label_sets is None else label_sets)
    words = ready.guidelines if ready and guidelines is None else guidelines
    project = Project(created_by=user, template=template or "")
    apply(project, {**(settings or {}), "name": name.strip(), "guidelines": words})
    project.save()
    Membership.objects.create(project=project, user=user, role=Role.MANAGER)
    keep_version(project=project, user=user)
    _make_label_sets(project, specs)
    return project


def _template(name: str) -> ProjectTemplate:
    if name not in TEMPLATES:
        message = _("The templates are: %(names)s.") % {"names": ", ".join(TEMPLATES)}
        raise ValidationError({"template": ValidationError(message, code="unknown_template")})
    return TEMPLATES[name]


def _make_label_sets(project: Project, specs: list[LabelSetSpec]) -> None:
    rows = LabelSet.objects.bulk_create(
        LabelSet(
            project=project,
            name=spec.name,
            titles=spec.titles,
            kind=spec.kind,
            required=spec.required,
            overlap=spec.overlap,
            max_spans=spec.max_spans,
            part_role=spec.part_role,
            position=position,
        )
        for position, spec in enumerate(specs)
    )
    Label.objects.bulk_create(
        Label(
            label_set=row,
            name=label.name,
            titles=label.titles,
            color=label.color,
            key=label.key,
            definition=label.definition,
            position=position,
        )
        for row, spec in zip(rows, specs, strict=True)
        for position, label in enumerate(spec.labels)
    )


@transaction.atomic
def update_settings(*, project: Project, user: User, changes: Settings, note: str = "") -> Project:
    """Change the name, the guidelines or settings; what is not named stays. `note` says why the guidelines change."""
    project = Project.objects.select_for_update(no_key=True).get(pk=project.pk)
    overlap_before = project.overlap
    fields = apply(project, changes)
    project.save(update_fields=fields)
    if {"guidelines", "guidelines_zh"} & set(fields):
        keep_version(project=project, user=user, note=note)
    if project.overlap != overlap_before:
        with connection.cursor() as cursor:
            cursor.execute(_REFIT_SLOTS, {"project": project.pk, "overlap": project.overlap})
    return project


@transaction.atomic
def add_member(*, project: Project, username: str, role: Role) -> Membership:
    """Let a person in; somebody who is in already gets the role."""
    user = User.objects.filter(username=username, is_active=True).first()
    if user is None:
        message = _("Nobody here is called “%(name)s”.") % {"name": username[:150]}
        raise ValidationError({"username": ValidationError(message, code="unknown_person")})
    present = Membership.objects.filter(project=project, user=user).first()
    if present is not None:
        return change_role(membership=present, role=role)
    return Membership.objects.create(project=project, user=user, role=role)


@transaction.atomic
def change_role(*, membership: Membership, role: Role) -> Membership:
    """Raises ValidationError where the project would be left without a manager."""
    if role != Role.MANAGER:
        _keep_a_manager(membership)
    membership.role = role
    membership.save(update_fields=["role"])
    return membership


def set_review_share(*, membership: Membership, share: float | None) -> Membership:
    """How many of this person's answers are reviewed, where a share is; None: as many as of everybody's."""
    membership.review_share = share
    membership.full_clean(validate_unique=False, validate_constraints=False)
    membership.save(update_fields=["review_share"])
    return membership


@transaction.atomic
def remove_member(*, membership: Membership) -> None:
    """What the person has annotated stays. Raises ValidationError for the last manager."""
    _keep_a_manager(membership)
    membership.delete()


def _keep_a_manager(leaving: Membership) -> None:
    managers = Membership.objects.filter(project_id=leaving.project_id, role=Role.MANAGER)
    locked = list(managers.select_for_update().values_list("pk", flat=True))
    if locked == [leaving.pk]:
        message = _("This is the only manager. Make somebody else a manager first.")
        raise ValidationError({"role": ValidationError(message, code="last_manager")})


def delete_project(*, project: Project) -> None:
    """Delete a project that holds no people's work; one with annotations or gold stays."""
    project_id = project.pk
    for attempt in range(_DELETE_TRIES):
        try:
            with transaction.atomic():
                leave_out_rows()
                Project.objects.filter(pk=project_id).delete()
        except ProtectedError as error:
            message = _("This project holds people's work: annotations, gold or comments. It can't be deleted.")
            raise ValidationError({"project": ValidationError(message, code="holds_work")}) from error
        except (IntegrityError, OperationalError):
            # A worker or an open page wrote rows of this project meanwhile, or met this on their locks.
            if attempt == _DELETE_TRIES - 1:
                raise
        else:
            return

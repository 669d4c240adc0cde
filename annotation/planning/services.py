"""Put a plan of assignment rules in force, and take the newest one back."""

from collections.abc import Mapping, Sequence

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from annotation import signals
from annotation.people.models import User
from annotation.planning.placing import route_all
from annotation.plans.models import AssignmentPlan
from annotation.plans.rules import Rule, RuleKind
from annotation.projects.models import Project

# The documents of a project up to this size have their lanes when the call returns; of a larger one a worker writes
# them, while the former ones hold.
MOST_AT_ONCE = 2_000


def newest_plan(project: Project) -> AssignmentPlan | None:
    return AssignmentPlan.objects.filter(project=project).select_related("created_by").first()


def save_plan(
    *, project: Project, user: User, rules: Sequence[Rule], languages: Mapping[int, Sequence[str]]
) -> AssignmentPlan:
    """`languages`: by user id; who is not in it reads all of them. Without rules documents are lent as before plans."""
    stored = [rule.as_json() for rule in rules]
    spoken = {str(user_id): sorted(set(said)) for user_id, said in languages.items() if said}
    plan = _write(project, user, stored, spoken)
    if not _is_large(project):
        route_all(project.pk)
    signals.plan_changed.send(sender=None, project_id=project.pk)
    return plan


def undo_plan(*, project: Project, user: User) -> AssignmentPlan:
    """Put the plan before the newest one in force again; once more brings the newest one back."""
    former = AssignmentPlan.objects.filter(project=project)[1:2]
    rows = list(former)
    newest = newest_plan(project)
    if newest is None:
        raise ValidationError(_("There is no plan to take back."), code="no_plan")
    plan = _write(project, user, rows[0].rules if rows else [], rows[0].languages if rows else {})
    if not _is_large(project):
        route_all(project.pk)
    signals.plan_changed.send(sender=None, project_id=project.pk)
    return plan


@transaction.atomic
def _write(project: Project, user: User, rules: object, languages: object) -> AssignmentPlan:
    locked = Project.objects.select_for_update(no_key=True).get(pk=project.pk)
    last = AssignmentPlan.objects.filter(project=project).values_list("number", flat=True).first() or 0
    AssignmentPlan.objects.filter(project=project, routed_to__isnull=False).update(routed_to=None)
    plan = AssignmentPlan.objects.create(
        project=locked, number=last + 1, rules=rules, languages=languages, created_by=user
    )
    project.plan_number = locked.plan_number = plan.number if rules else 0
    # Documents that wait for several people still do, until their turn comes.
    project.is_shared_by_plan = locked.is_shared_by_plan = locked.is_shared_by_plan or _asks_for_several(rules)
    locked.save(update_fields=["plan_number", "is_shared_by_plan"])
    return plan


def _asks_for_several(rules: object) -> bool:
    kinds = [rule["kind"] for rule in rules] if isinstance(rules, list) else []
    return RuleKind.OVERLAP.value in kinds


def _is_large(project: Project) -> bool:
    return project.documents.order_by()[: MOST_AT_ONCE + 1].count() > MOST_AT_ONCE

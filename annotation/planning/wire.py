"""Plans and what is foreseen of them, with names in place of ids, as the API and the page tell them."""

from collections.abc import Mapping, Sequence
from typing import Any

from annotation.planning.asked import AskedPlan, Known, read_plan
from annotation.planning.placing import share_routed
from annotation.planning.preview import Stuck
from annotation.planning.reading import Foreseen
from annotation.plans.models import AssignmentPlan
from annotation.plans.rules import Rule, rules_of
from annotation.projects.models import Kind, LabelSet, Membership, Project

Json = dict[str, Any]  # Any: JSON
# So many ids of a group of documents are told.
MOST_IDS = 200


def known_of(project: Project) -> Known:
    people = dict(Membership.objects.filter(project=project).values_list("user__username", "user_id"))
    rows = LabelSet.objects.filter(project=project).exclude(kind=Kind.TEXT).prefetch_related("labels")
    return Known(people, {row.name: frozenset(label.name for label in row.labels.all()) for row in rows})


def languages_of(plan: AssignmentPlan | None) -> dict[int, list[str]]:
    return {int(pk): said for pk, said in plan.languages.items()} if plan else {}


def read_with_present(project: Project, asked: Mapping[str, Any], plan: AssignmentPlan | None) -> AskedPlan:
    """What is not in `asked` stays as the plan in force has it."""
    known = known_of(project)
    found = read_plan(asked.get("rules", []), asked.get("languages", {}), known)
    if "rules" not in asked and plan:
        found.rules = rules_of(plan.rules)
    if "languages" not in asked and plan:
        found.languages = languages_of(plan)
    return found


def rule_json(rule: Rule, names: Mapping[int, str]) -> Json:
    """People who have left are told by their id."""
    told = rule.as_json()
    if "people" in told:
        told["people"] = [names.get(pk, str(pk)) for pk in rule.people]
    return told


def plan_json(plan: AssignmentPlan | None, project: Project, names: Mapping[int, str]) -> Json:
    rules = rules_of(plan.rules) if plan else []
    return {
        "number": plan.number if plan else 0,
        "rules": [rule_json(rule, names) for rule in rules],
        "languages": {names[pk]: said for pk, said in languages_of(plan).items() if pk in names},
        "created_by": plan.created_by.username if plan else None,
        "created_at": plan.created_at.isoformat() if plan else None,
        "routed": share_routed(project, plan) if plan else 1.0,
    }


def foreseen_json(found: Foreseen, names: Mapping[int, str]) -> Json:
    preview = found.preview
    is_dated = preview.is_dated
    return {
        "documents": preview.documents,
        "is_cut": found.is_cut,
        "ends_at": _moment(preview.ends_at) if is_dated else None,
        "people": [
            {
                "username": one.name,
                "documents": fate.number if (fate := preview.fates.get(one.pk)) else 0,
                "ends_at": _moment(fate.ends_at) if fate and is_dated else None,
                "per_day": one.worker.per_day,
                "today": one.worker.today,
                "in_hand": one.in_hand,
                "after_practice": one.is_stopped,
            }
            for one in found.people
        ],
        "stuck": [_stuck(one, names) for one in preview.stuck],
        "deadlines": [
            {"until": _moment(one.due), "documents": one.documents, "late": one.late if is_dated else None}
            for one in preview.deadlines
        ],
    }


def _stuck(one: Stuck, names: Mapping[int, str]) -> Json:
    terms = one.terms
    return {
        "why": one.why,
        "count": len(one.documents),
        "documents": list(one.documents[:MOST_IDS]),
        "language": terms.language or None,
        "people": [names.get(pk, str(pk)) for pk in terms.people or ()],
        "label_set": terms.skill.label_set if terms.skill else None,
        "label": terms.skill.label if terms.skill else None,
        "at_least": terms.skill.at_least if terms.skill else None,
    }


def names_of(project: Project) -> dict[int, str]:
    return dict(Membership.objects.filter(project=project).values_list("user_id", "user__username"))


def _moment(moment: Any) -> str | None:  # Any: a datetime or None
    return moment.isoformat() if moment else None


def present_plan(plan: AssignmentPlan | None) -> tuple[Sequence[Rule], dict[int, list[str]]]:
    return (rules_of(plan.rules) if plan else []), languages_of(plan)

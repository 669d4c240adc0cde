"""Who gets what: the rules of a project, and what they will do before they do it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from annotation.access import membership_for, signed_in
from annotation.answers.problems import Problem
from annotation.pages.planner_fields import (
    TITLES,
    Choices,
    RuleRow,
    changed_by,
    languages_from,
    row_of,
    rules_from,
)
from annotation.planning.asked import read_plan
from annotation.planning.placing import share_routed
from annotation.planning.preview import Deadline, Stuck
from annotation.planning.reading import Foreseen, Person, foresee
from annotation.planning.services import newest_plan, save_plan, undo_plan
from annotation.planning.wire import MOST_IDS, Json, known_of, languages_of, names_of, rule_json
from annotation.plans.rules import rules_of
from annotation.projects.models import Kind, LabelSet, Membership, Project, Role
from annotation.quality.models import Skill


@dataclass(slots=True)
class Draft:
    """The rules and languages that the page shows, in force or not, as the API would take them."""

    rules: list[Json]
    languages: dict[str, list[str]]
    is_saved: bool = True
    problems: list[Problem] = field(default_factory=list)

    def problems_at(self, place: int) -> list[str]:
        return [one.message for one in self.problems if one.field.startswith(f"rules.{place}.")]

    @property
    def other_problems(self) -> list[str]:
        return [one.message for one in self.problems if not one.field.startswith("rules.")]


@dataclass(frozen=True, slots=True)
class PersonRow:
    """`share`: how much of all that falls to anybody, in percent."""

    person: Person
    languages: str
    documents: int
    share: float
    ends_at: datetime | None
    skills: Sequence[Skill]


@dataclass(frozen=True, slots=True)
class StuckRow:
    words: str
    count: int
    url: str


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def planner(request: HttpRequest, project_id: int) -> HttpResponse:
    membership = membership_for(request.user, project_id, at_least=Role.MANAGER)
    project = membership.project
    plan, names, known = newest_plan(project), names_of(project), known_of(project)
    present = [rule_json(rule, names) for rule in rules_of(plan.rules if plan else [])]
    spoken = {names[pk]: said for pk, said in languages_of(plan).items() if pk in names}
    draft = Draft(present, spoken)
    verb = request.POST.get("verb", "")
    if request.method == "POST":
        rules = changed_by(verb, rules_from(request.POST))
        draft = Draft(rules, languages_from(request.POST, names), is_saved=False)
    asked = read_plan(draft.rules, draft.languages, known)
    # A rule that was just added is not filled in yet: nothing is wrong with it so far.
    draft.problems = [] if verb.startswith("add:") else asked.problems
    if verb == "save" and not asked.problems:
        user = signed_in(request.user)
        save_plan(project=project, user=user, rules=asked.rules, languages=asked.languages)
        messages.success(request, _("The rules are in force."))
        return redirect("planner", project_id)
    found = foresee(project, asked.rules, asked.languages)
    context = {
        "membership": membership,
        "project": project,
        "plan": plan,
        "routed_percent": round(100 * share_routed(project, plan)) if plan else 100,
        "draft": draft,
        "rules": _rule_rows(project, draft),
        "kinds": [(kind.value, title) for kind, title in TITLES.items()],
        "people": _people(project, found, draft),
        "others": _others(names, found, draft),
        "found": found,
        "preview": found.preview,
        "stuck": _stuck(found.preview.stuck, project, names, _titles(project)),
        "deadlines": _deadlines(found),
    }
    return render(request, "annotation/pages/planner.html", context, status=422 if draft.problems else 200)


def _rule_rows(project: Project, draft: Draft) -> list[RuleRow]:
    rows = LabelSet.objects.filter(project=project).exclude(kind=Kind.TEXT).prefetch_related("labels")
    people = Membership.objects.filter(project=project).order_by("user__username")
    choices = Choices(list(people.values_list("user__username", flat=True)), list(rows))
    return [row_of(place, raw, choices, draft.problems_at(place)) for place, raw in enumerate(draft.rules)]


def _people(project: Project, found: Foreseen, draft: Draft) -> list[PersonRow]:
    skills: dict[int, list[Skill]] = {}
    for skill in Skill.objects.filter(project=project, label_name="").select_related("label_set").order_by("pk"):
        skills.setdefault(skill.user_id, []).append(skill)
    total = sum(fate.number for fate in found.preview.fates.values()) or 1
    rows = []
    for one in found.people:
        fate = found.preview.fates.get(one.pk)
        number = fate.number if fate else 0
        rows.append(
            PersonRow(
                one,
                ", ".join(draft.languages.get(one.name, [])),
                number,
                round(100 * number / total, 1),
                fate.ends_at if fate and found.preview.is_dated else None,
                skills.get(one.pk, []),
            )
        )
    return rows


def _others(names: Mapping[int, str], found: Foreseen, draft: Draft) -> list[tuple[int, str, str]]:
    """Members who annotate seldom: their languages count all the same when they do."""
    shown = {one.pk for one in found.people}
    rest = sorted((name, pk) for pk, name in names.items() if pk not in shown)
    return [(pk, name, ", ".join(draft.languages.get(name, []))) for name, pk in rest]


def _titles(project: Project) -> dict[str, str]:
    return {row.name: row.title for row in LabelSet.objects.filter(project=project)}


def _stuck(
    found: Sequence[Stuck], project: Project, names: Mapping[int, str], titles: Mapping[str, str]
) -> list[StuckRow]:
    """What stays for one and the same reason is one row."""
    by_words: dict[str, list[int]] = {}
    for one in found:
        by_words.setdefault(_why(one, names, titles), []).extend(one.documents)
    rows = []
    for words, ids in sorted(by_words.items(), key=lambda pair: -len(pair[1])):
        query = urlencode({"ids": ",".join(map(str, sorted(ids)[:MOST_IDS]))})
        rows.append(StuckRow(words, len(ids), f"{reverse('documents', args=[project.pk])}?{query}"))
    return rows


def _why(one: Stuck, names: Mapping[int, str], titles: Mapping[str, str]) -> str:
    terms, skill = one.terms, one.terms.skill
    if one.why == "people":
        who = ", ".join(names.get(pk, f"#{pk}") for pk in terms.people or ())
        return _("Kept for %(who)s, who may not take them or does not annotate here.") % {"who": who}
    if one.why == "language":
        return _("Nobody who may take them reads “%(language)s”.") % {"language": terms.language}
    if one.why == "skill" and skill:
        parts = {"what": " ".join(part for part in (titles.get(skill.label_set, skill.label_set), skill.label) if part)}
        parts["share"] = f"{100 * skill.at_least:g}"
        return _("Nobody who may take them reaches %(share)s %% in %(what)s.") % parts
    if one.why == "overlap":
        return _("Fewer people may take them than are wanted for each.")
    return _("Nobody annotates in this project.")


def _deadlines(found: Foreseen) -> list[tuple[Deadline, Any]]:  # Any: a number or None
    return [(one, one.late if found.preview.is_dated else None) for one in found.preview.deadlines]


@login_required
@require_POST
def undo(request: HttpRequest, project_id: int) -> HttpResponse:
    project = membership_for(request.user, project_id, at_least=Role.MANAGER).project
    try:
        undo_plan(project=project, user=signed_in(request.user))
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, _("The rules before the last change are in force again."))
    return redirect("planner", project_id)

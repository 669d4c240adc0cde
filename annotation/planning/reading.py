"""What a preview looks at: the open documents as a plan would have them, and the people who work."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Min
from django.db.models.functions import TruncDay
from django.utils import timezone

from annotation.annotations.models import Annotation, Status
from annotation.documents.models import Document, DocumentQuerySet, State
from annotation.planning.placing import facts_of
from annotation.planning.preview import Preview, Waiting, Worker, preview
from annotation.plans.lanes import Taker, route
from annotation.plans.rules import Rule, RuleKind, load_of
from annotation.practice.items import people_in_practice
from annotation.projects.models import Membership, Project, Role
from annotation.quality.models import Skill
from annotation.queue.models import Assignment, AssignmentState

# The best so many documents of the queue are looked at.
MOST_LOOKED_AT = 20_000
PACE_DAYS = 14
_WITHOUT_GOLD = (State.NEW, State.ASSIGNED, State.ANNOTATED)


@dataclass(frozen=True, slots=True)
class Person:
    """A member who works. `in_hand`: documents lent now. `is_stopped`: practice comes first."""

    membership: Membership
    worker: Worker
    in_hand: int
    is_stopped: bool

    @property
    def pk(self) -> int:
        return self.membership.user_id

    @property
    def name(self) -> str:
        return self.membership.user.username


@dataclass(frozen=True, slots=True)
class Foreseen:
    """`is_cut`: more documents are open than were looked at."""

    people: Sequence[Person]
    preview: Preview
    is_cut: bool


def foresee(
    project: Project, rules: Sequence[Rule], languages: Mapping[int, Sequence[str]], now: datetime | None = None
) -> Foreseen:
    """What these rules will do from now on, in force or not. A fixed number of statements."""
    now = now or timezone.now()
    people = people_of(project, rules, languages, now)
    waiting = _waiting(project, rules)
    found = preview(waiting[:MOST_LOOKED_AT], [one.worker for one in people if not one.is_stopped], now)
    return Foreseen(people, found, len(waiting) > MOST_LOOKED_AT)


def people_of(
    project: Project, rules: Sequence[Rule], languages: Mapping[int, Sequence[str]], now: datetime
) -> list[Person]:
    """Annotators, and everybody else who has answered lately, by name."""
    members = list(Membership.objects.filter(project=project).select_related("user").order_by("user__username"))
    ids = [row.user_id for row in members]
    paces, today, in_hand = _paces(project, ids, now), _today(project, ids, now), _in_hand(project, ids)
    skills: dict[int, dict[tuple[str, str], float]] = defaultdict(dict)
    rows = Skill.objects.filter(project=project, user__in=ids)
    for user_id, label_set, label, value in rows.values_list("user_id", "label_set__name", "label_name", "value"):
        skills[user_id][label_set, label] = value
    stopped = {one.membership.user_id for one in people_in_practice(project) if one.is_stopped}
    found = []
    for row in members:
        pk = row.user_id
        if row.role != Role.ANNOTATOR and pk not in paces:
            continue
        load, said = load_of(rules, pk), languages.get(pk)
        taker = Taker(pk, frozenset(said) if said else None, skills[pk])
        worker = Worker(taker, paces.get(pk), load.most_a_day if load else None, today.get(pk, 0))
        found.append(Person(row, worker, in_hand.get(pk, 0), pk in stopped))
    return found


def _paces(project: Project, ids: Sequence[int], now: datetime) -> dict[int, float]:
    """Documents a day, from the first day of the last two weeks on which the person answered one."""
    since = now - timedelta(days=PACE_DAYS)
    done = Assignment.objects.filter(project=project, user__in=ids, created_at__gte=since, state=AssignmentState.DONE)
    rows = done.values_list("user").annotate(Count("pk"), first=TruncDay(Min("created_at"))).order_by("user")
    return {pk: number / max(1.0, (now - first) / timedelta(days=1)) for pk, number, first in rows}


def _today(project: Project, ids: Sequence[int], now: datetime) -> dict[int, int]:
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    states = (AssignmentState.OPEN, AssignmentState.DONE)
    rows = Assignment.objects.filter(project=project, user__in=ids, created_at__gte=midnight, state__in=states)
    return dict(rows.values_list("user").annotate(Count("pk")).order_by("user"))


def _in_hand(project: Project, ids: Sequence[int]) -> dict[int, int]:
    rows = Assignment.objects.filter(project=project, user__in=ids, state=AssignmentState.OPEN)
    return dict(rows.values_list("user").annotate(Count("pk")).order_by("user"))


def _waiting(project: Project, rules: Sequence[Rule]) -> list[Waiting]:
    """One more than are looked at, where there are more."""
    is_shared = project.is_shared or any(rule.kind == RuleKind.OVERLAP for rule in rules)
    rows = _open(project, is_shared=is_shared).in_queue_order()
    found = list(rows.values_list("pk", "priority", "slots", "overlap")[: MOST_LOOKED_AT + 1])
    ids = [row[0] for row in found]
    answered, lent = _answered(ids), _lent(ids)
    routed = {
        facts.document_id: route(facts, rules)
        for facts in facts_of(project, Document.objects.filter(pk__in=ids), rules)
    }
    waiting = []
    for pk, priority, present_slots, overlap in found:
        one, slots = routed[pk], present_slots
        if one.overlap != overlap:
            submitted = sum(is_submitted for _user, is_submitted in answered[pk])
            slots = max(0, (one.overlap or project.overlap) - len(lent[pk]) - submitted)
        if slots:
            taken = frozenset({user for user, _ in answered[pk]} | lent[pk])
            waiting.append(Waiting(pk, one.terms, slots, priority, taken))
    return waiting


def _open(project: Project, *, is_shared: bool) -> DocumentQuerySet:
    """A rule may open a document again that has an answer and no gold."""
    rows = Document.objects.filter(project=project)
    return rows.filter(state__in=_WITHOUT_GOLD) if is_shared else rows.open()


def _answered(ids: Sequence[int]) -> dict[int, list[tuple[int, bool]]]:
    """Who submitted or skipped which document, and whether it was submitted."""
    found: dict[int, list[tuple[int, bool]]] = defaultdict(list)
    rows = Annotation.objects.filter(document__in=ids).exclude(status=Status.DRAFT)
    for document_id, user_id, status in rows.values_list("document_id", "user_id", "status"):
        found[document_id].append((user_id, status == Status.SUBMITTED))
    return found


def _lent(ids: Sequence[int]) -> dict[int, set[int]]:
    found: dict[int, set[int]] = defaultdict(set)
    rows = Assignment.objects.filter(document__in=ids, state=AssignmentState.OPEN)
    for document_id, user_id in rows.values_list("document_id", "user_id"):
        found[document_id].add(user_id)
    return found

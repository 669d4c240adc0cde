"""Write beside every document which lane it is in by the newest plan, some thousand documents at a time.

Which documents are left is a place in the order of ids, kept with the plan; documents that came later have no lane.
Until a document's turn comes, its former lane holds. A document without a lane is lent to nobody while there is a plan.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from django.db import connection, transaction
from django.db.models import Exists, F, Max, OuterRef, QuerySet
from django.db.models.expressions import RawSQL
from django.db.models.functions import Left

from annotation.documents.models import Document
from annotation.plans.lanes import DocumentFacts, Terms, route
from annotation.plans.languages import LOOKED_AT, language_of
from annotation.plans.models import AssignmentPlan, Lane
from annotation.plans.rules import Rule, RuleKind, rules_of
from annotation.predictions.models import Prediction
from annotation.projects.models import Project
from annotation.queue.blind import place_of

SLICE = 2_000
# First key of the advisory lock; the second is the project.
_LOCK = 4209

# The rows that change are locked first: what is lent or answered meanwhile is counted once it is committed.
_PUT = """
    UPDATE annotation_document AS document SET lane = new.lane, overlap = new.overlap,
        slots = CASE WHEN document.overlap IS NOT DISTINCT FROM new.overlap OR state IN ('gold', 'auto_accepted')
            THEN slots
            ELSE greatest(0, coalesce(new.overlap, %(overlap)s)
                - (SELECT count(*) FROM annotation_assignment AS lent
                    WHERE lent.document_id = document.id AND lent.state = 'open' AND lent.kind <> 'hidden')
                - (SELECT count(*) FROM annotation_annotation AS done
                    WHERE done.document_id = document.id AND done.status = 'submitted')) END
    FROM unnest(%(ids)s::bigint[], %(lanes)s::int[], %(overlaps)s::int[]) AS new(id, lane, overlap)
    WHERE document.id = new.id
"""
_FORGET = """
    DELETE FROM annotation_lane WHERE project_id = %(project)s AND number NOT IN (
        SELECT DISTINCT lane FROM annotation_document WHERE project_id = %(project)s AND lane IS NOT NULL)
"""


def has_plan(project_id: int) -> bool:
    return Project.objects.filter(pk=project_id, plan_number__gt=0).exists()


def projects_to_route() -> list[int]:
    """Those with a plan that was not carried out yet."""
    unfinished = AssignmentPlan.objects.filter(routed_to__isnull=False).order_by("project_id")
    return list(unfinished.values_list("project_id", flat=True).distinct())


def projects_with_unrouted() -> list[int]:
    """Those with documents that came after their plan. Reads every open document: for now and then."""
    unrouted = Document.objects.filter(project=OuterRef("pk"), slots__gt=0, lane__isnull=True)
    rows = Project.objects.filter(Exists(unrouted), plan_number__gt=0)
    return list(rows.order_by("pk").values_list("pk", flat=True))


def route_all(project_id: int) -> int:
    """Route every document that is left; how many."""
    total = 0
    while done := _route_slice(project_id):
        total += done
    return total


def share_routed(project: Project, plan: AssignmentPlan) -> float:
    """How much of the project stands in the lanes of this plan, the newest one; 1 without another statement."""
    if plan.routed_to is None:
        return 1.0
    documents = project.documents.order_by()
    total = documents.count()
    return documents.filter(pk__lte=plan.routed_to).count() / total if total else 1.0


def note_predictions(project_id: int) -> bool:
    """Mark every document for another look where a rule asks what the model says; whether one does."""
    plan = AssignmentPlan.objects.filter(project_id=project_id, project__plan_number__gt=0).first()
    if plan is None or not any(rule.which.predicted for rule in rules_of(plan.rules)):
        return False
    AssignmentPlan.objects.filter(pk=plan.pk).update(routed_to=0)
    return True


def facts_of(project: Project, rows: QuerySet[Document], rules: Sequence[Rule]) -> Iterator[DocumentFacts]:
    """What the rules ask about of these documents, in their order; two statements."""
    found = list(rows.values_list("pk", "meta", Left("text", LOOKED_AT)))
    said = _predicted(project, [row[0] for row in found]) if any(rule.which.predicted for rule in rules) else {}
    for pk, meta, start in found:
        language = language_of(meta, start, project.language)
        place = partial(_place, project.salt, pk)
        yield DocumentFacts(pk, language, meta, place, frozenset(said.get(pk, ())))


def _place(salt: str, document_id: int, purpose: str) -> float:
    return place_of(salt, document_id, purpose=purpose)


def _predicted(project: Project, ids: Sequence[int]) -> dict[int, list[str]]:
    rows = Prediction.objects.filter(document_id__in=ids, version=project.production_version or -1, source="")
    return {pk: labels or [] for pk, labels in rows.values_list("document_id", "labels")}


@transaction.atomic
def _route_slice(project_id: int) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s, %s)", [_LOCK, project_id])
        if not (cursor.fetchone() or (False,))[0]:
            return 0
    project = Project.objects.filter(pk=project_id).first()
    plan = AssignmentPlan.objects.filter(project_id=project_id).first()
    if project is None or plan is None:
        return 0
    rows = Document.objects.filter(project=project).order_by("pk")
    is_walk = plan.routed_to is not None
    rows = rows.filter(pk__gt=plan.routed_to or 0) if is_walk else rows.filter(lane__isnull=True)
    ids = list(rows.values_list("pk", flat=True)[:SLICE]) if is_walk or project.plan_number else []
    if ids:
        _write(project, rules_of(plan.rules), ids)
    if is_walk:
        _go_on(project, plan, ids)
    return len(ids)


def _go_on(project: Project, plan: AssignmentPlan, ids: Sequence[int]) -> None:
    if ids:
        AssignmentPlan.objects.filter(pk=plan.pk).update(routed_to=ids[-1])
        return
    AssignmentPlan.objects.filter(pk=plan.pk).update(routed_to=None)
    is_shared = any(rule.kind == RuleKind.OVERLAP for rule in rules_of(plan.rules))
    Project.objects.filter(pk=project.pk).exclude(is_shared_by_plan=is_shared).update(is_shared_by_plan=is_shared)
    with connection.cursor() as cursor:
        cursor.execute(_FORGET, {"project": project.pk})


def _write(project: Project, rules: Sequence[Rule], ids: Sequence[int]) -> None:
    rows = _documents(ids)
    wanted: dict[int, tuple[int | None, int | None]] = dict.fromkeys(ids, (None, None))
    if project.plan_number:
        found = {facts.document_id: route(facts, rules) for facts in facts_of(project, rows, rules)}
        numbers = _lane_numbers(project.pk, {one.terms for one in found.values()})
        wanted = {pk: (numbers[one.terms], one.overlap) for pk, one in found.items()}
    present = {pk: (lane, overlap) for pk, lane, overlap in rows.values_list("pk", "lane", "overlap")}
    changed = {pk: new for pk, new in wanted.items() if present.get(pk) != new}
    list(_documents(list(changed)).select_for_update(of=("self",)).values_list("pk", flat=True))
    _put(project, changed)


def _documents(ids: Sequence[int]) -> QuerySet[Document]:
    """One value for the database, however many ids there are."""
    named = RawSQL("SELECT unnest(%s::bigint[])", ["{" + ",".join(map(str, ids)) + "}"])
    return Document.objects.filter(pk__in=named).order_by("pk")


def _put(project: Project, changed: Mapping[int, tuple[int | None, int | None]]) -> None:
    if not changed:
        return
    lanes, overlaps = zip(*changed.values(), strict=True)
    with connection.cursor() as cursor:
        values: dict[str, Any] = {"ids": list(changed), "lanes": list(lanes), "overlaps": list(overlaps)}  # Any: of SQL
        cursor.execute(_PUT, values | {"overlap": project.overlap})


def _lane_numbers(project_id: int, asked: Iterable[Terms]) -> dict[Terms, int]:
    """The lanes of these terms; those that are new are written. Only who has the project's lock comes here."""
    terms = {one.key: one for one in asked}
    lanes = Lane.objects.filter(project_id=project_id)
    numbers = dict(lanes.filter(key__in=terms).values_list("key", "number"))
    last = lanes.aggregate(last=Max(F("number")))["last"] or 0
    new = [key for key in sorted(terms) if key not in numbers]
    for number, key in enumerate(new, last + 1):
        Lane.objects.create(project_id=project_id, number=number, key=key, terms=terms[key].as_json())
        numbers[key] = number
    return {one: numbers[key] for key, one in terms.items()}

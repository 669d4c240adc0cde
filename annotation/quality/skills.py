"""How good each person is at each label, in rows: worked out in a worker when answers grew, read wherever it counts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

import numpy as np
from django.db import connection, transaction
from django.db.models import F, Max, OuterRef, Q, Subquery
from django.utils import timezone

from annotation.projects.models import Kind, LabelSet, Project
from annotation.quality.agreement import FEWEST_DOCUMENTS, wilson
from annotation.quality.columns import Columns, VoiceKind
from annotation.quality.dawid_skene import consensus
from annotation.quality.models import QualitySlice, Skill, SkillState
from annotation.quality.reading import Given, Ints, given
from annotation.quality.services import columns_of
from annotation.quality.units import Ratings

# With more labels the table of a person has too few answers a cell; the figure over all labels is told all the same.
MOST_LABELS = 30
# A project is looked at no more often than this.
REST = timedelta(seconds=60)
_LOCK = 4210


@dataclass(frozen=True, slots=True)
class PersonSkill:
    """`label`: 0 for all labels together. `documents`: about so many the figure rests on."""

    user: int
    label: int
    value: float
    low: float
    high: float
    documents: float


def shared_answers(columns: Columns, label_set: int) -> Given:
    """People's answers to documents that several people answered."""
    rows = given(columns, label_set, VoiceKind.PERSON)
    documents, number = np.unique(rows.document, return_counts=True)
    return rows.where(np.isin(rows.document, documents[number > 1]))


def skills_of(documents: Ints, users: Ints, values: Ints) -> list[PersonSkill]:
    """Row by row: who gave which label to which document. Empty where too few documents say anything.

    A label's figure is skill[p, t, t] of `dawid_skene.consensus`; it rests on as many documents as the consensus gives
    that label among those the person answered. Its interval is Wilson's for so many: the consensus is taken as known,
    so with few people on a document it is a little too narrow.
    """
    labels, people = np.unique(values), np.unique(users)
    if len(np.unique(documents)) < FEWEST_DOCUMENTS or len(labels) < 2:
        return []
    ratings = Ratings.of(documents, users, values)
    found = consensus(ratings)
    rests_on = np.zeros((len(people), len(labels)))
    np.add.at(rests_on, ratings.people, found.belief[ratings.documents])
    rows = []
    for person, user in enumerate(people):
        rows.append(_skill(int(user), 0, float(found.accuracy[person]), float(rests_on[person].sum())))
        if len(labels) <= MOST_LABELS:
            rows += [
                _skill(int(user), int(label), float(found.skill[person, place, place]), float(rests_on[person, place]))
                for place, label in enumerate(labels)
                if label
            ]
    return rows


def _skill(user: int, label: int, value: float, documents: float) -> PersonSkill:
    low, high = wilson(value * documents, documents) if documents else (0.0, 1.0)
    return PersonSkill(user, label, value, min(low, value), max(high, value), documents)


def projects_with_new_answers() -> list[int]:
    """Those whose answers were read for reports after their skills were worked out, and not a moment ago."""
    now = timezone.now()
    at = SkillState.objects.filter(project=OuterRef("project")).values("calculated_at")[:1]
    rows = QualitySlice.objects.order_by("project").values("project").annotate(newest=Max("built_at"), at=Subquery(at))
    is_due = Q(at__isnull=True) | Q(newest__gt=F("at"), at__lt=now - REST)
    return list(rows.filter(is_due).values_list("project", flat=True))


@transaction.atomic
def refresh_skills(project_id: int) -> int:
    """Work the skills of a project out again where its shared answers are more or fewer; the number of rows."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s, %s)", [_LOCK, project_id])
        if not (cursor.fetchone() or (False,))[0]:
            return 0
    project, now = Project.objects.get(pk=project_id), timezone.now()
    label_sets = list(LabelSet.objects.filter(project=project, kind=Kind.CHOICE).prefetch_related("labels"))
    columns = columns_of(project, ("voices", "values"))
    shared = {row.pk: shared_answers(columns, row.pk) for row in label_sets}
    answers = sum(map(len, shared.values()))
    state, _is_new = SkillState.objects.get_or_create(project=project)
    rows: list[Skill] = []
    if state.answers != answers:
        for label_set in label_sets:
            rows += _rows(project, label_set, shared[label_set.pk])
        _store(project, rows)
    SkillState.objects.filter(project=project).update(answers=answers, calculated_at=now)
    return len(rows)


def _rows(project: Project, label_set: LabelSet, shared: Given) -> list[Skill]:
    names = {0: "", **{label.pk: label.name for label in label_set.labels.all()}}
    return [
        Skill(
            project=project,
            user_id=one.user,
            label_set=label_set,
            label_name=names[one.label],
            value=one.value,
            low=one.low,
            high=one.high,
            documents=one.documents,
        )
        for one in skills_of(shared.document, shared.user, shared.value)
        if one.label in names
    ]


def _store(project: Project, rows: Sequence[Skill]) -> None:
    kept = Skill.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["project", "user", "label_set", "label_name"],
        update_fields=["value", "low", "high", "documents"],
    )
    Skill.objects.filter(project=project).exclude(pk__in=[row.pk for row in kept]).delete()

"""What is foreseen is what lending then does."""

import random
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from annotation.annotations.models import Status
from annotation.annotations.services import Save, save
from annotation.documents.models import Document
from annotation.planning.preview import Waiting, Worker, preview
from annotation.planning.reading import foresee
from annotation.planning.services import save_plan
from annotation.plans.lanes import Taker, Terms
from annotation.plans.rules import Rule, RuleKind, Which
from annotation.projects.models import LabelSet, Project
from annotation.quality.models import Skill
from annotation.queue.services import lend
from tests import make

NOW = datetime(2026, 1, 5, 12, tzinfo=UTC)
DAY = timedelta(days=1)
EVERYBODY = Terms()


def waiting(count: int, terms: Terms = EVERYBODY, first: int = 1, slots: int = 1) -> list[Waiting]:
    return [Waiting(first + place, terms, slots) for place in range(count)]


def test_people_share_the_documents_by_their_pace() -> None:
    workers = [Worker(Taker(1), per_day=10.0), Worker(Taker(2), per_day=30.0)]

    found = preview(waiting(40), workers, NOW)

    assert {pk: fate.number for pk, fate in found.fates.items()} == {1: 10, 2: 30}
    assert found.ends_at == pytest.approx(NOW + DAY, abs=timedelta(hours=1))
    assert found.is_dated


def test_a_day_s_load_stretches_the_work_over_days() -> None:
    found = preview(waiting(10), [Worker(Taker(1), per_day=100.0, most_a_day=4, today=3)], NOW)

    assert found.fates[1].number == 10
    assert found.ends_at is not None
    assert found.ends_at.date() == (NOW + 3 * DAY).date()


def test_documents_for_nobody_and_for_too_few_are_told_with_their_reason() -> None:
    workers = [Worker(Taker(1, frozenset({"en"}))), Worker(Taker(2, frozenset({"en", "de"})))]
    rows = [
        *waiting(3, Terms(language="zh")),
        *waiting(2, Terms(language="de"), first=10, slots=2),
        *waiting(1, Terms(people=(9,)), first=20),
        *waiting(4, first=30),
    ]

    found = preview(rows, workers, NOW)

    told = [(one.why, one.documents) for one in found.stuck]
    assert told == [("language", (1, 2, 3)), ("overlap", (10, 11)), ("people", (20,))]
    assert sum(fate.number for fate in found.fates.values()) == 6
    assert not found.is_dated


def test_what_is_reserved_comes_to_the_others_when_it_is_released() -> None:
    terms = Terms(people=(9,), until=NOW + 2 * DAY)

    found = preview(waiting(3, terms), [Worker(Taker(1), per_day=1.0)], NOW)

    assert (found.fates[1].number, found.stuck) == (3, [])
    assert found.ends_at == NOW + 5 * DAY


def test_a_deadline_says_how_many_come_late() -> None:
    rows = [*waiting(3, Terms(due=NOW + DAY)), *waiting(5, first=10)]

    found = preview(rows, [Worker(Taker(1), per_day=2.0)], NOW)

    assert found.fates[1].documents[:3] == [1, 2, 3]
    assert [(one.documents, one.late) for one in found.deadlines] == [(3, 1)]


@pytest.mark.django_db
@pytest.mark.parametrize("seed", range(3))
def test_lending_does_what_was_foreseen(seed: int) -> None:
    project = make.project()
    people = [make.member(project, name) for name in ("ada", "ben", "cai", "dov")]
    rng = random.Random(seed)
    for number in range(60):
        meta = {"lang": rng.choice(["en", "zh", "de", "ja"]), "hard": rng.random() < 0.2, "due": rng.random() < 0.2}
        make.document(project, f"text {number}", meta=meta, priority=rng.random())
    Skill.objects.create(
        project=project, user=people[0], label_set=LabelSet.objects.get(project=project, name="Category"),
        value=0.9, low=0.8, high=0.95, documents=40,
    )  # fmt: skip
    rules = [
        Rule(RuleKind.LANGUAGE),
        Rule(RuleKind.SKILL, Which(share=0.2), label_set="Category", at_least=0.8),
        Rule(RuleKind.PEOPLE, Which(language="de", share=0.5), people=(people[1].pk,)),
        Rule(RuleKind.OVERLAP, Which(meta=(("hard", "true"),)), number=3),
        Rule(RuleKind.DEADLINE, Which(meta=(("due", "true"),)), until=timezone.now() + DAY),
        Rule(RuleKind.LOAD, people=(people[2].pk,), most_a_day=4),
    ]
    languages = {people[0].pk: ["en", "zh"], people[1].pk: ["en", "de"], people[2].pk: ["zh"], people[3].pk: ["en"]}
    # Before midnight: a day's load counts from there anew, and this test has but one day.
    foreseen = foresee(project, rules, languages, timezone.now().replace(hour=0, minute=0))
    save_plan(project=project, user=project.created_by, rules=rules, languages=languages)

    lent = _everybody_in_turn(project)

    assert foreseen.preview.fates.keys() == {person.pk for person in people}
    first_day = {pk: fate.documents for pk, fate in foreseen.preview.fates.items()}
    first_day[people[2].pk] = first_day[people[2].pk][:4]
    assert Counter({pk: len(ids) for pk, ids in first_day.items()}) == Counter(
        {pk: len(ids) for pk, ids in lent.items()}
    )
    stuck = {pk for one in foreseen.preview.stuck for pk in one.documents}
    left = set(Document.objects.filter(slots__gt=0).values_list("pk", flat=True))
    assert stuck <= left
    later = set(foreseen.preview.fates[people[2].pk].documents[4:])
    assert left <= stuck | later


def _everybody_in_turn(project: Project) -> dict[int, list[int]]:
    """One document each, in the order of names, answered at once, until nobody gets any more."""
    project.refresh_from_db()
    members = list(project.memberships.filter(role="annotator").select_related("user").order_by("user__username"))
    lent: dict[int, list[int]] = {row.user_id: [] for row in members}
    is_going_on = True
    while is_going_on:
        is_going_on = False
        for row in members:
            for assignment in lend(project=project, user=row.user, count=1):
                document = Document.objects.select_related("project").get(pk=assignment.document_id)
                asked = Save({"Category": "other", "Sentiment": "neutral"}, Status.SUBMITTED)
                save(document=document, user=row.user, asked=asked)
                lent[row.user_id].append(document.pk)
                is_going_on = True
    return lent

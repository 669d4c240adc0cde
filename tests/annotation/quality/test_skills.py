"""Skills by person and label: the planted bad ones last, intervals that hold, rows that follow the answers."""

import numpy as np
import pytest

from annotation.annotations.models import Annotation, Status
from annotation.people.models import User
from annotation.projects.models import LabelSet, Project
from annotation.quality.models import Skill, SkillState
from annotation.quality.services import rebuild, refresh
from annotation.quality.skills import PersonSkill, projects_with_new_answers, refresh_skills, skills_of
from tests import make

PEOPLE = 10


def planted(seed: int, wrong: list[float], documents: int = 150) -> list[PersonSkill]:
    """Person p gives another label in this share of documents; five people answer each."""
    rng = np.random.default_rng(seed)
    truth = rng.integers(1, 4, size=documents)
    rows = []
    for place, right in enumerate(truth):
        for person in rng.choice(len(wrong), size=5, replace=False):
            is_wrong = rng.random() < wrong[person]
            rows.append((place, person, (right + rng.integers(0, 2)) % 3 + 1 if is_wrong else right))
    return skills_of(*np.array(rows).T)


@pytest.mark.parametrize("seed", range(20))
def test_two_bad_annotators_are_the_last_two(seed: int) -> None:
    bad = {seed % PEOPLE, (seed + 3) % PEOPLE}

    found = [one for one in planted(seed, [0.35 if p in bad else 0.05 for p in range(PEOPLE)]) if one.label == 0]

    worst = sorted(found, key=lambda one: one.value)[:2]
    assert {one.user for one in worst} == bad


def test_about_nineteen_in_twenty_intervals_hold_the_planted_skill() -> None:
    wrong = [0.02, 0.05, 0.1, 0.15, 0.2, 0.1, 0.05, 0.3]
    found = [one for seed in range(10) for one in planted(seed, wrong) if one.label == 0]

    holds = [one.low <= 1 - wrong[one.user] <= one.high for one in found]

    assert len(holds) == 80
    assert np.mean(holds) >= 0.85


def test_too_few_documents_or_one_label_say_nothing() -> None:
    documents = np.arange(20).repeat(2)
    people = np.tile([0, 1], 20)

    assert skills_of(documents, people, np.ones(40, np.int64)) == []
    assert skills_of(documents[:10], people[:10], np.array([1, 2] * 5)) == []


def answer(project: Project, people: list[User], number: int, *, wrong: User | None = None) -> None:
    for place in range(number):
        document = make.document(project, f"text {place} of {number}", slots=0, state="annotated")
        for person in people:
            label = ("billing", "delivery")[(place + (person == wrong)) % 2]
            Annotation.objects.create(
                document=document, user=person, answer={"Category": label}, status=Status.SUBMITTED
            )


@pytest.mark.django_db
def test_skills_are_kept_in_rows_and_follow_the_answers() -> None:
    project = make.project()
    people = [make.member(project, name) for name in ("alice", "bob", "carl")]
    answer(project, people, 12, wrong=people[2])
    rebuild(project.pk)
    assert projects_with_new_answers() == [project.pk]

    refresh_skills(project.pk)

    category = LabelSet.objects.get(project=project, name="Category")
    rows = {(row.user_id, row.label_name): row for row in Skill.objects.filter(label_set=category)}
    assert set(rows) == {(person.pk, name) for person in people for name in ("", "billing", "delivery")}
    assert rows[people[0].pk, ""].value > 0.9 > 0.1 > rows[people[2].pk, ""].value
    assert all(row.low <= row.value <= row.high for row in rows.values())
    assert rows[people[0].pk, "billing"].documents == pytest.approx(6, abs=0.1)
    assert (projects_with_new_answers(), SkillState.objects.get().answers) == ([], 36)
    Annotation.objects.filter(user=people[2]).delete()
    refresh(project.pk)
    refresh_skills(project.pk)
    assert set(Skill.objects.values_list("user", flat=True)) == {people[0].pk, people[1].pk}


@pytest.mark.django_db
def test_unchanged_answers_are_not_reckoned_again() -> None:
    project = make.project()
    people = [make.member(project, name) for name in ("alice", "bob")]
    answer(project, people, 12)
    rebuild(project.pk)
    assert refresh_skills(project.pk) > 0

    assert refresh_skills(project.pk) == 0
    assert Skill.objects.filter(label_set__name="Category").exists()

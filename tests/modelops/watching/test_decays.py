"""Somebody who becomes worse at hidden gold: one alert, of which colleagues learn nothing, closed when it is over."""

import pytest

from annotation.alerts.models import Alert, AlertState
from annotation.alerts.rules import rules_of
from annotation.alerts.words import in_words
from annotation.events.models import Event
from annotation.people.models import User
from annotation.practice.decay import BLOCK
from annotation.practice.models import HIDDEN_ROUND, PracticeAttempt, PracticeItem
from annotation.projects.models import Project
from modelops.watching.decays import look_for_decays
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def project() -> Project:
    return make.project()


def answer(project: Project, person: User, right: int, wrong: int) -> None:
    for is_right in [True] * right + [False] * wrong:
        document = make.document(project, slots=0)
        item = PracticeItem.objects.create(project=project, document=document, created_by=project.created_by)
        PracticeAttempt.objects.create(
            project=project, user=person, item=item, round=HIDDEN_ROUND, score=float(is_right), is_right=is_right
        )


def look(project: Project) -> list[Alert]:
    return look_for_decays(project, rules_of(project.pk)["decay"])


def test_who_becomes_worse_is_told_once_and_the_next_good_block_closes_it(project: Project) -> None:
    alice, bob = make.member(project, "alice"), make.member(project, "bob")
    for person in (alice, bob):
        answer(project, person, right=3 * BLOCK, wrong=0)
    before = look(project)
    answer(project, bob, right=8, wrong=BLOCK - 8)

    made, again = look(project), look(project)

    assert before == again == []
    assert {alert.subject for alert in made} == {f"{bob.pk} below_mark", f"{bob.pk} below_own"}
    told = in_words(next(alert for alert in made if alert.figures["what"] == "below_own"))
    assert "bob" in told.title
    assert "8 of the newest 20" in told.words
    assert dict(told.facts)["Right, of the earlier ones"] == "60 of 60"
    events = Event.objects.filter(type="alert.raised")
    assert {frozenset(event.payload) for event in events} == {frozenset({"alert", "kind"})}

    answer(project, bob, right=BLOCK, wrong=0)
    assert look(project) == []
    assert set(Alert.objects.values_list("state", flat=True)) == {AlertState.CLOSED}

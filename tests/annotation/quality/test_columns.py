"""What reports read stays what the rows say."""

import random
from typing import Any

import numpy as np
import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from annotation.annotations.models import Annotation, Status
from annotation.annotations.services import Save, save
from annotation.documents.models import Document
from annotation.people.models import User
from annotation.projects.models import Project, Role
from annotation.quality.columns import DOCUMENT, TYPES, VALUE, Columns, Flag, VoiceKind, joined, pack, unpack
from annotation.quality.models import QualityMark, QualitySlice
from annotation.quality.services import columns_of, projects_to_refresh, rebuild, refresh
from annotation.queue.models import Assignment, AssignmentKind
from annotation.reviews.models import Verdict
from annotation.reviews.services import Opinion, review
from tests import make

pytestmark = pytest.mark.django_db

FULL = {"Category": "billing", "Sentiment": "neutral", "Entities": [{"start": 0, "end": 5, "label": "ORG"}]}


def answer(document: Document, user: User, given: dict[str, Any], *, seconds: float = 4.0, prediction: int = 0) -> None:
    asked = Save(given, Status.SUBMITTED, seconds=seconds, prediction_id=prediction or None)
    save(document=Document.objects.select_related("project").get(pk=document.pk), user=user, asked=asked)


def rows_of(columns: Columns) -> dict[str, list[Any]]:
    """The tables as sets of rows, each named by whose voice it is instead of by a place."""
    names = [tuple(voice)[:4] for voice in columns.voices]
    found: dict[str, list[Any]] = {"documents": columns.documents.tolist(), "voices": columns.voices.tolist()}
    for name in ("values", "items", "changes"):
        table = getattr(columns, name)
        found[name] = sorted(str((names[row["voice"]], *row.tolist()[1:])) for row in table)
    return {name: sorted(map(str, rows)) for name, rows in found.items()}


def test_an_answer_becomes_a_voice_with_values_items_and_changes() -> None:
    project = make.project()
    alice = make.member(project, "alice")
    document = make.document(project, "Where is it?", meta={"lang": "en"})
    made = make.prediction(document, {**FULL, "Category": "other", "Entities": []}, version=3)

    answer(document, alice, FULL, prediction=made.pk)
    refresh(project.pk)

    columns = columns_of(project)
    assert columns.documents["language"].tolist() == [b"en"]
    assert columns.documents["length"].tolist() == [12]
    person = columns.voices[columns.voices["kind"] == VoiceKind.PERSON]
    assert (person["user"].tolist(), person["version"].tolist(), person["seconds"].tolist()) == ([alice.pk], [3], [4.0])
    assert person["flags"].tolist() == [Flag.SHOWN]
    assert sorted(columns.voices["kind"].tolist()) == [VoiceKind.PERSON, VoiceKind.GOLD, VoiceKind.MODEL]
    assert len(columns.values) == 9
    assert len(columns.items) == 2
    # Relabeled, accepted, added.
    assert sorted(columns.changes["change"].tolist()) == [0, 1, 3]


def test_nothing_is_read_again_without_a_mark() -> None:
    project = make.project()
    make.document(project)

    assert projects_to_refresh() == [project.pk]
    assert (refresh(project.pk), refresh(project.pk)) == (1, 0)
    assert projects_to_refresh() == []


def test_drafts_leave_no_mark_and_say_nothing() -> None:
    project = make.project()
    alice = make.member(project, "alice")
    document = make.document(project)
    refresh(project.pk)

    save(document=document, user=alice, asked=Save(FULL, Status.DRAFT))

    assert not QualityMark.objects.exists()


def test_answers_to_hidden_gold_stay_out() -> None:
    project = make.project()
    alice = make.member(project, "alice")
    document = make.document(project)
    make.gold(document, FULL)
    Assignment.objects.create(
        project=project, document=document, user=alice, kind=AssignmentKind.HIDDEN, expires_at=document.created_at
    )
    answer(document, alice, FULL)

    refresh(project.pk)

    assert VoiceKind.PERSON not in columns_of(project).voices["kind"].tolist()


def test_documents_that_are_gone_leave_the_columns() -> None:
    project = make.project()
    kept, gone = make.document(project, "One"), make.document(project, "Two")
    refresh(project.pk)

    gone.delete()
    refresh(project.pk)

    assert columns_of(project).documents["document"].tolist() == [kept.pk]


def test_marks_of_a_deleted_project_go_too() -> None:
    project = make.project()
    make.document(project)
    project_id = project.pk
    project.delete()

    for left in projects_to_refresh():
        refresh(left)

    assert not QualityMark.objects.filter(project_id=project_id).exists()


def test_refreshing_costs_the_same_statements_however_many_documents(
    django_assert_num_queries: Any,  # Any: a fixture of pytest-django
) -> None:
    project = make.project()
    documents = [make.document(project, f"Text {place}") for place in range(30)]
    refresh(project.pk)
    for document in documents:
        make.gold(document, FULL)

    with django_assert_num_queries(15):
        refresh(project.pk)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 10_000), steps=st.integers(1, 25))
def test_whatever_happens_the_kept_columns_equal_those_built_anew(seed: int, steps: int) -> None:
    project = Project.objects.first() or make.project(overlap=2, production_version=1)
    people = [User.objects.filter(username=name).first() or make.member(project, name) for name in ("ann", "ben", "cy")]
    reviewer = User.objects.filter(username="rui").first() or make.member(project, "rui", Role.REVIEWER)
    dice = random.Random(seed)
    documents = list(project.documents.all()) or [make.document(project, f"Text {place}") for place in range(5)]

    for _ in range(steps):
        happens(dice, documents, people, reviewer)
        if dice.random() < 0.4:
            refresh(project.pk)
    refresh(project.pk)

    kept = rows_of(columns_of(project))
    rebuild(project.pk)
    assert rows_of(columns_of(project)) == kept


def happens(dice: random.Random, documents: list[Document], people: list[User], reviewer: User) -> None:
    document = Document.objects.select_related("project").get(pk=dice.choice(documents).pk)
    what = dice.randrange(5)
    label = dice.choice(["billing", "delivery", "other"])
    if what <= 1:
        answer(document, dice.choice(people), {**FULL, "Category": label})
    elif what == 2:
        make.gold(document, {**FULL, "Category": label})
    elif what == 3:
        done = Annotation.objects.filter(document=document, status=Status.SUBMITTED).first()
        if done is not None:
            verdict = Verdict.ACCEPT if document.state == "gold" else dice.choice([Verdict.ACCEPT, Verdict.SEND_BACK])
            review(annotation=done, reviewer=reviewer, opinion=Opinion(verdict))
    else:
        make.prediction(document, {"Category": label}, version=document.predictions.count() + 1)


def test_packing_keeps_every_value() -> None:
    rng = np.random.default_rng(0)
    table = np.zeros(50, VALUE)
    table["value"], table["confidence"] = rng.integers(-(2**62), 2**62, 50), rng.random(50)

    assert unpack(pack(table), VALUE).tolist() == table.tolist()
    assert unpack(pack(np.zeros(0, DOCUMENT)), DOCUMENT).tolist() == []


def test_places_of_voices_move_along_when_parts_are_joined() -> None:
    part = Columns()
    one = Columns(voices=np.zeros(2, TYPES["voices"]), values=np.array([(1, 7, 9, 0.5)], VALUE))

    found = joined([part, one, one])

    assert found.values["voice"].tolist() == [1, 3]


def test_a_project_s_columns_are_read_in_one_statement(django_assert_num_queries: Any) -> None:  # Any: a fixture
    project = make.project()
    make.document(project)
    refresh(project.pk)

    with django_assert_num_queries(1):
        columns_of(project)
    assert QualitySlice.objects.count() == 1
    assert connection.vendor == "postgresql"

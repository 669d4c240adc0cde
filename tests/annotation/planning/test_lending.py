"""Rules hold at lending, whoever asks and however many at once."""

import threading
from collections import Counter
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from rest_framework.test import APIClient

from annotation.annotations.models import Status
from annotation.annotations.services import Save, save
from annotation.bulk.opening import sort_out
from annotation.documents.models import Document, State
from annotation.people.models import User
from annotation.planning.placing import note_predictions, projects_to_route, projects_with_unrouted, route_all
from annotation.planning.services import newest_plan, save_plan, undo_plan
from annotation.plans.models import AssignmentPlan, Lane
from annotation.plans.rules import Rule, RuleKind, Which
from annotation.projects.models import LabelSet, Project
from annotation.projects.services import update_settings
from annotation.quality.models import Skill
from annotation.queue.models import Assignment
from annotation.queue.services import give_back, lend
from tests import make

pytestmark = pytest.mark.django_db
ANSWER = {"Category": "billing", "Sentiment": "neutral"}


@pytest.fixture
def project() -> Project:
    return make.project()


def plan(project: Project, *rules: Rule, languages: dict[int, list[str]] | None = None) -> AssignmentPlan:
    return save_plan(project=project, user=project.created_by, rules=rules, languages=languages or {})


def lent_to(project: Project, person: User, count: int = 50) -> list[str]:
    return [str(row.document) for row in lend(project=project, user=person, count=count)]


def document(project: Project, name: str, **fields: object) -> Document:
    return make.document(project, f"text {name}", external_id=name, **fields)


def answer(person: User, document: Document) -> None:
    row = Document.objects.select_related("project").get(pk=document.pk)
    save(document=row, user=person, asked=Save(ANSWER, Status.SUBMITTED))


def test_people_get_documents_in_their_languages_alone(project: Project) -> None:
    alice, bob = make.member(project, "alice"), make.member(project, "bob")
    document(project, "en", meta={"lang": "en"}, priority=0.2)
    document(project, "zh", meta={"lang": "zh"}, priority=0.9)
    document(project, "unknown", priority=0.1)
    plan(project, Rule(RuleKind.LANGUAGE), languages={alice.pk: ["en"], bob.pk: ["zh", "en"]})

    assert lent_to(project, alice) == ["en", "unknown"]
    assert lent_to(project, bob) == ["zh"]


def test_what_is_reserved_waits_for_its_person_until_it_is_released(project: Project) -> None:
    alice, bob = make.member(project, "alice"), make.member(project, "bob")
    document(project, "a", meta={"for": "alice"})
    document(project, "b")
    which = Which(meta=(("for", "alice"),))
    plan(project, Rule(RuleKind.PEOPLE, which, people=(alice.pk,), until=timezone.now() + timedelta(days=1)))
    [assignment] = lend(project=project, user=bob, count=5)

    assert str(assignment.document) == "b"
    plan(project, Rule(RuleKind.PEOPLE, which, people=(alice.pk,), until=timezone.now()))
    assert lent_to(project, bob) == ["a"]


def test_a_skill_opens_documents_and_its_loss_closes_them(project: Project) -> None:
    alice, bob = make.member(project, "alice"), make.member(project, "bob")
    label_set = LabelSet.objects.get(project=project, name="Category")
    for person, value in ((alice, 0.9), (bob, 0.6)):
        Skill.objects.create(
            project=project, user=person, label_set=label_set, value=value, low=value, high=value, documents=50
        )
    document(project, "1")
    document(project, "2")
    plan(project, Rule(RuleKind.SKILL, label_set="Category", at_least=0.8))

    assert lent_to(project, bob) == []
    assert lent_to(project, alice, 1) == ["1"]
    Skill.objects.filter(user=alice).update(value=0.7)
    assert lent_to(project, alice, 1) == []


def test_a_deadline_comes_before_every_priority_until_it_is_over(project: Project) -> None:
    alice = make.member(project, "alice")
    document(project, "first", priority=0.9)
    document(project, "due", priority=0.1, meta={"batch": 7})
    rule = Rule(RuleKind.DEADLINE, Which(meta=(("batch", "7"),)), until=timezone.now() + timedelta(hours=1))
    plan(project, rule)

    lent = lend(project=project, user=alice, count=2)

    assert [str(row.document) for row in lent] == ["due", "first"]
    for row in lent:
        give_back(assignment=row)
    Assignment.objects.update(created_at=timezone.now() - timedelta(hours=2))
    plan(project, Rule(RuleKind.DEADLINE, rule.which, until=timezone.now() - timedelta(hours=1)))
    assert lent_to(project, alice) == ["first", "due"]


def test_nobody_has_more_in_hand_or_in_a_day_than_their_load(project: Project) -> None:
    alice, bob = make.member(project, "alice"), make.member(project, "bob")
    for number in range(20):
        document(project, f"{number}")
    plan(project, Rule(RuleKind.LOAD, people=(alice.pk,), most_open=3), Rule(RuleKind.LOAD, most_a_day=5))

    assert (len(lent_to(project, alice)), len(lent_to(project, alice))) == (3, 0)
    [*rows] = lend(project=project, user=bob, count=4)
    for row in rows:
        answer(bob, row.document)
    assert (len(lent_to(project, bob)), len(lent_to(project, bob))) == (1, 0)
    give_back(assignment=Assignment.objects.filter(user=alice, state="open")[0])
    assert len(lent_to(project, alice)) == 1


def test_a_rule_asks_for_several_people_and_gold_waits_for_all_of_them(project: Project) -> None:
    people = [make.member(project, name) for name in ("alice", "bob", "carl")]
    shared, single = document(project, "shared", meta={"hard": True}), document(project, "single")
    plan(project, Rule(RuleKind.OVERLAP, Which(meta=(("hard", "true"),)), number=3))
    project.refresh_from_db()

    found = [lent_to(project, person) for person in people]
    for person in people[:2]:
        answer(person, shared)
    answer(people[0], single)

    assert found == [["shared", "single"], ["shared"], ["shared"]]
    assert Document.objects.get(pk=single.pk).state == State.GOLD
    assert Document.objects.get(pk=shared.pk).state == State.ANNOTATED
    answer(people[2], shared)
    assert Document.objects.get(pk=shared.pk).state == State.GOLD


def test_a_change_of_the_project_s_overlap_leaves_documents_with_a_rule_alone(project: Project) -> None:
    shared, single = document(project, "shared", meta={"hard": True}), document(project, "single")
    plan(project, Rule(RuleKind.OVERLAP, Which(meta=(("hard", "true"),)), number=3))

    update_settings(project=project, user=project.created_by, changes={"overlap": 2})

    assert dict(Document.objects.values_list("pk", "slots")) == {shared.pk: 3, single.pk: 2}


def test_an_undone_plan_gives_back_what_it_changed_and_can_be_had_again(project: Project) -> None:
    alice, bob = make.member(project, "alice"), make.member(project, "bob")
    one = document(project, "1")
    plan(project, Rule(RuleKind.PEOPLE, people=(alice.pk,)), Rule(RuleKind.OVERLAP, number=2))
    assert lent_to(project, bob) == []

    undo_plan(project=project, user=project.created_by)

    one.refresh_from_db()
    project.refresh_from_db()
    assert (one.lane, one.overlap, one.slots) == (None, None, 1)
    assert (project.plan_number, project.is_shared_by_plan, Lane.objects.count()) == (0, False, 0)
    assert lent_to(project, bob) == ["1"]
    undo_plan(project=project, user=project.created_by)
    one.refresh_from_db()
    newest = newest_plan(project)
    assert newest is not None
    assert (newest.number, one.overlap, one.slots) == (3, 2, 1)


def test_documents_that_come_later_are_routed_and_until_then_lent_to_nobody(project: Project) -> None:
    alice = make.member(project, "alice")
    plan(project, Rule(RuleKind.LANGUAGE), languages={alice.pk: ["en"]})
    assert (projects_to_route(), projects_with_unrouted()) == ([], [])
    document(project, "zh", meta={"lang": "zh"})
    document(project, "en", meta={"lang": "en"})
    assert lent_to(project, alice) == []

    assert projects_with_unrouted() == [project.pk]
    assert route_all(project.pk) == 2

    assert (route_all(project.pk), projects_with_unrouted()) == (0, [])
    assert lent_to(project, alice) == ["en"]


def test_what_the_model_says_decides_and_a_new_version_routes_again(project: Project) -> None:
    alice, bob = make.member(project, "alice"), make.member(project, "bob")
    one, other = document(project, "1"), document(project, "2")
    for number, names in ((1, ("billing", "other")), (2, ("other", "billing"))):
        for row, name in zip((one, other), names, strict=True):
            make.prediction(row, {"Category": name}, version=number)
    Project.objects.filter(pk=project.pk).update(production_version=1)
    project.refresh_from_db()
    plan(project, Rule(RuleKind.PEOPLE, Which(predicted="billing"), people=(alice.pk,)))
    assert lent_to(project, bob) == ["2"]
    Assignment.objects.all().delete()
    Document.objects.update(slots=1, state=State.NEW)

    Project.objects.filter(pk=project.pk).update(production_version=2)
    assert note_predictions(project.pk)
    assert projects_to_route() == [project.pk]
    route_all(project.pk)

    assert lent_to(project, bob) == ["1"]
    plan(project, Rule(RuleKind.LANGUAGE))
    assert not note_predictions(project.pk)


def test_bulk_answers_keep_to_the_rules(project: Project) -> None:
    alice = make.member(project, "alice")
    rows = [document(project, name, meta={"lang": name}) for name in ("en", "zh")]
    plan(project, Rule(RuleKind.LANGUAGE), languages={alice.pk: ["en"]})
    project.refresh_from_db()

    opened, refused = sort_out(project, alice, list(Document.objects.order_by("pk")))

    assert [one.document.pk for one in opened] == [rows[0].pk]
    assert [(one.document_id, one.code) for one in refused] == [(rows[1].pk, "kept")]


@pytest.mark.parametrize("number", [10, 60])
def test_the_next_documents_cost_five_statements_however_many_there_are(project: Project, number: int) -> None:
    alice = make.member(project, "alice")
    client: APIClient = make.client(alice)
    for place in range(number):
        document(project, f"{place}", meta={"lang": ("en", "zh", "de")[place % 3]}, near_group=0)
    rules = [Rule(RuleKind.LANGUAGE), Rule(RuleKind.LOAD, most_open=50), Rule(RuleKind.DEADLINE, until=timezone.now())]
    plan(project, *rules, languages={alice.pk: ["en", "de"]})

    client.get(f"/api/v1/projects/{project.pk}/queue/")  # the first use of a token is noted

    with CaptureQueriesContext(connection) as done:
        found = client.post(f"/api/v1/projects/{project.pk}/queue/next/", {"count": 3}, format="json")

    statements = [one["sql"] for one in done.captured_queries if "SAVEPOINT" not in one["sql"]]
    assert len(statements) == 5, statements  # token, membership, terms, lending, predictions
    assert [row["document"]["meta"]["lang"] for row in found.json()["assignments"]] == ["en", "de", "en"]


@pytest.mark.django_db(transaction=True)
def test_eight_people_at_once_drain_the_queue_and_nobody_gets_what_they_may_not() -> None:
    project = make.project()
    people = [make.member(project, f"person{number}") for number in range(8)]
    spoken = [["en"], ["zh"], ["en", "zh"], ["de"], ["en", "de"], ["zh", "de"], ["en"], ["fr"]]
    for number in range(160):
        meta = {"lang": ("en", "zh", "de", "ja")[number % 4], "hard": number % 5 == 0, "own": number % 16 == 1}
        document(project, f"{number}", meta=meta)
    plan(
        project,
        Rule(RuleKind.PEOPLE, Which(meta=(("own", "true"),)), people=(people[1].pk,)),
        Rule(RuleKind.LANGUAGE),
        Rule(RuleKind.OVERLAP, Which(meta=(("hard", "true"),)), number=2),
        Rule(RuleKind.LOAD, people=(people[6].pk,), most_open=4),
        languages={person.pk: said for person, said in zip(people, spoken, strict=True)},
    )
    project.refresh_from_db()
    lent: list[tuple[int, int]] = []

    def drain(person: User) -> None:
        try:
            while rows := lend(project=project, user=person, count=2):
                lent.extend((person.pk, row.document_id) for row in rows)
        finally:
            connection.close()

    threads = [threading.Thread(target=drain, args=(person,)) for person in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    metas = dict(Document.objects.values_list("pk", "meta"))
    languages = {person.pk: said for person, said in zip(people, spoken, strict=True)}
    assert len(lent) == len(set(lent))
    assert [(who, pk) for who, pk in lent if metas[pk]["lang"] not in languages[who]] == []
    assert {who for who, pk in lent if metas[pk]["own"]} == {people[1].pk}
    assert sum(who == people[6].pk for who, _pk in lent) == 4
    times = Counter(pk for _who, pk in lent)
    assert all(count <= (2 if metas[pk]["hard"] else 1) for pk, count in times.items())
    # Whatever is left could be taken by nobody: nobody reads it, or nobody else may.
    left = list(Document.objects.filter(slots__gt=0))
    assert {row.meta["lang"] for row in left if row.pk not in times} == {"ja"}
    assert all(row.meta["own"] for row in left if row.pk in times)

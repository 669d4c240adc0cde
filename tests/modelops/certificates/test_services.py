"""The way of a certificate: looked for, given, used, audited, revoked, undone."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import transaction

from annotation.annotations.gold import NewGold, record_gold
from annotation.annotations.models import Gold, GoldChange, Source, Status
from annotation.annotations.services import Save, save
from annotation.documents.models import Document
from annotation.projects.models import Project
from annotation.queue.models import Assignment
from modelops.certificates import services
from modelops.certificates.looking import restore, revoke
from modelops.certificates.models import Certificate, CertificateWork, End
from modelops.registry.services import NewVersion, promote, register
from modelops.training.services import projects_worth_a_look, situation_of
from tests import make
from tests.modelops.certificates.conftest import BILLING, DELIVERY, World

pytestmark = pytest.mark.django_db


def work(project: Project) -> None:
    """As the tick and its messages would, until nothing is left."""
    services.request_work(project.pk)
    for _ in range(20):
        services.run(project.pk)
        if CertificateWork.objects.get(project=project).state != "queued":
            return


def certificate(world: World, label_set: str = "") -> Certificate:
    return Certificate.objects.valid().get(project=world.project, label_set=label_set)


def test_too_few_random_documents_give_no_certificate_and_no_look(world: World) -> None:
    world.random_gold(20)
    documents = world.open_documents(3)

    work(world.project)

    assert Certificate.objects.count() == 0
    assert world.states(documents) == ["new"] * 3


def test_enough_right_answers_certify_each_label_set_and_the_document(world: World) -> None:
    drawn = world.random_gold(40)

    work(world.project)

    assert {row.label_set: row.state for row in Certificate.objects.all()} == {
        "": "valid", "Category": "valid", "Entities": "valid",
    }  # fmt: skip
    found = certificate(world)
    assert (found.sample, found.over, found.right, found.coverage) == (40, 40, 40, 1.0)
    assert sorted(found.sample_ids) == [row.pk for row in drawn]
    assert found.level == pytest.approx(0.925)
    assert found.bound is not None
    assert found.bound >= 0.9


def test_what_the_version_learned_from_never_counts(world: World) -> None:
    with transaction.atomic():
        for document in world.random_gold(40):
            record_gold(world.project.pk, [NewGold(document.pk, BILLING)], Source.ANNOTATION)
    GoldChange.objects.update(changed_at=world.version.created_at)

    work(world.project)

    # By the hash of their texts some are of the test split: those were never learned, but they are too few.
    assert not Certificate.objects.exists()


def test_a_model_that_errs_where_it_is_sure_is_not_certified(world: World) -> None:
    drawn = world.random_gold(40)
    for document in drawn[:6]:
        Gold.objects.filter(document=document).update(answer=DELIVERY)
    documents = world.open_documents(2)

    work(world.project)

    assert Certificate.objects.get(label_set="").state == "refused"
    assert Certificate.objects.get(label_set="Entities").state == "valid"
    assert world.states(documents) == ["new", "new"]


def test_a_refused_look_is_taken_again_only_when_the_sample_has_doubled(world: World) -> None:
    drawn = world.random_gold(40)
    for document in drawn[:6]:
        Gold.objects.filter(document=document).update(answer=DELIVERY)
    work(world.project)
    world.random_gold(30)
    work(world.project)
    assert Certificate.objects.filter(label_set="").count() == 1

    world.random_gold(10)
    work(world.project)

    assert list(Certificate.objects.filter(label_set="").values_list("look", "sample")) == [(2, 80), (1, 40)]


def test_sure_documents_become_gold_that_says_where_it_comes_from(world: World) -> None:
    world.random_gold(40)
    sure, unsure = world.open_documents(3), world.open_documents(2, confidence=0.5)

    work(world.project)

    found = certificate(world)
    assert world.states(sure) == ["auto_accepted"] * 3
    assert world.states(unsure) == ["new"] * 2
    grounds = {"certificate": found.pk, "version": 1, "confidence": 0.99}
    gold = Gold.objects.get(document=sure[0])
    assert (gold.source, gold.answer, gold.by, gold.grounds) == ("auto_accept", BILLING, None, grounds)
    change = GoldChange.objects.filter(document=sure[0]).get()
    assert (change.source, change.grounds) == ("auto_accept", grounds)
    assert found.accepted == 3


def test_a_second_pass_accepts_nothing_twice(world: World) -> None:
    world.random_gold(40)
    world.open_documents(3)
    work(world.project)
    before = GoldChange.objects.count()

    work(world.project)

    assert GoldChange.objects.count() == before
    assert certificate(world).accepted == 3


def test_what_people_have_touched_or_want_first_is_left_to_them(world: World) -> None:
    world.random_gold(40)
    drafted, urgent, lent, flagged = world.open_documents(4)
    save(document=drafted, user=world.person, asked=Save(BILLING, Status.DRAFT))
    Document.objects.filter(pk=urgent.pk).update(urgency=1)
    Assignment.objects.create(project=world.project, document=lent, user=world.person, expires_at=lent.created_at)
    flagged.flags.create(user=world.person, reason="unclear", created_at=flagged.created_at)

    work(world.project)

    assert not Gold.objects.filter(source="auto_accept").exists()


def test_the_random_share_is_never_accepted(world: World) -> None:
    world.random_gold(40)
    Project.objects.update(random_share=1.0)
    documents = world.open_documents(3)

    work(world.project)

    assert world.states(documents) == ["new"] * 3


def test_an_answer_that_no_person_could_submit_is_not_accepted(world: World) -> None:
    world.random_gold(40)
    empty = make.document(world.project, "nothing is certain")
    world.sure_of(empty, 0.99, {"Category": None, "Entities": []})

    work(world.project)

    assert world.states([empty]) == ["new"]


def test_nothing_is_accepted_where_nobody_asked_for_it(world: World) -> None:
    Project.objects.update(auto_accept=None)
    world.project.refresh_from_db()
    world.random_gold(40)
    documents = world.open_documents(2)

    work(world.project)

    assert Certificate.objects.count() == 0
    assert world.states(documents) == ["new"] * 2


def test_turning_it_off_or_asking_for_more_ends_a_certificate_and_asking_again_brings_it_back(world: World) -> None:
    world.random_gold(40)
    work(world.project)
    first = certificate(world)

    Project.objects.update(auto_accept={"precision": 0.99, "confidence": 0.9})
    work(world.project)
    first.refresh_from_db()
    assert (first.state, first.end) == ("ended", End.SETTINGS)
    Project.objects.update(auto_accept={"precision": 0.9, "confidence": 0.9})
    work(world.project)

    assert certificate(world).pk == first.pk


def test_another_version_needs_a_certificate_of_its_own(world: World) -> None:
    world.random_gold(40)
    work(world.project)
    promote(register(project_id=world.project.pk, new=NewVersion("1/2", "1" * 64, "e", 10)), user=None)

    work(world.project)

    assert {row.end for row in Certificate.objects.all()} == {End.VERSION}


def test_people_always_win(world: World) -> None:
    world.random_gold(40)
    [document] = world.open_documents(1)
    work(world.project)

    save(document=Document.objects.get(pk=document.pk), user=world.person, asked=Save(DELIVERY, Status.SUBMITTED))
    work(world.project)
    revoke(certificate(world), user=world.person, returns=True)
    work(world.project)

    gold = Gold.objects.get(document=document)
    assert (gold.source, gold.answer, gold.grounds) == ("annotation", DELIVERY, {})


def test_a_revoked_certificate_leaves_its_documents_or_returns_them_as_the_manager_chooses(world: World) -> None:
    world.random_gold(40)
    documents = world.open_documents(3)
    work(world.project)

    revoke(certificate(world), user=world.person, returns=False)
    work(world.project)
    assert world.states(documents) == ["auto_accepted"] * 3
    revoke(Certificate.objects.get(label_set=""), user=world.person, returns=True)
    work(world.project)

    assert world.states(documents) == ["new"] * 3
    assert not Gold.objects.filter(document__in=documents).exists()
    assert GoldChange.objects.filter(document__in=documents, deleted=True).count() == 3
    assert Document.objects.filter(pk__in=[row.pk for row in documents], slots=1).count() == 3


def test_a_revocation_can_be_undone(world: World) -> None:
    world.random_gold(40)
    documents = world.open_documents(3)
    work(world.project)
    revoke(certificate(world), user=world.person, returns=True)
    work(world.project)

    restore(Certificate.objects.get(label_set=""))
    work(world.project)

    assert world.states(documents) == ["auto_accepted"] * 3


def test_own_answers_make_no_run_due(world: World) -> None:
    world.random_gold(40)
    Project.objects.update(train_after=50)
    world.open_documents(20)
    work(world.project)
    world.project.refresh_from_db()

    assert situation_of(world.project).new_gold == 40
    assert projects_worth_a_look(world.project.pk) == []


def test_a_pass_starts_by_itself_when_gold_or_settings_changed_and_then_rests(
    world: World, django_capture_on_commit_callbacks: Callable[..., Any], sent_messages: list[Any]
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        services.make_rounds()
    services.run(world.project.pk)
    sent_messages.clear()

    with django_capture_on_commit_callbacks(execute=True):
        services.make_rounds()
    assert sent_messages == []
    with django_capture_on_commit_callbacks(execute=True):
        world.random_gold(1)
        services.make_rounds()

    assert ("modelops.tasks.certify", (world.project.pk,)) in sent_messages

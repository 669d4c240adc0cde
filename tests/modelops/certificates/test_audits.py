"""Audits: who gets them, what counts, and what they do to the certificate."""

from typing import Any

import pytest

from annotation.annotations.models import Status
from annotation.annotations.services import Save, save
from annotation.documents.models import Document
from annotation.events.models import Event
from annotation.projects.models import Project
from annotation.queue.models import AssignmentKind
from annotation.queue.services import lend
from modelops.certificates.looking import CannotRestore, audit_figures, restore
from modelops.certificates.models import Audit, Certificate, End
from modelops.registry.services import NewVersion, promote, register
from tests import make
from tests.modelops.certificates.conftest import BILLING, DELIVERY, World
from tests.modelops.certificates.test_services import certificate, work

pytestmark = pytest.mark.django_db


def audited(world: World) -> list[Document]:
    Project.objects.update(audit_share=1.0)
    world.random_gold(40)
    documents = world.open_documents(30)
    work(world.project)
    return documents


def test_a_share_goes_to_people_without_the_prediction_and_without_saying(world: World) -> None:
    documents = audited(world)

    [assignment] = lend(project=world.project, user=make.member(world.project, "bob"), count=1)

    assert Audit.objects.filter(is_right=None).count() == 30
    assert world.states(documents).count("new") == 29
    assert (assignment.kind, assignment.is_blind) == (AssignmentKind.AUDIT, True)


def answer_audits(world: World, documents: list[Document], answer: dict[str, Any]) -> None:
    for document in documents:
        world.lent(document, kind=AssignmentKind.AUDIT, is_blind=True)
        save(document=document, user=world.person, asked=Save(answer, Status.SUBMITTED))


def test_right_audits_keep_the_certificate(world: World) -> None:
    documents = audited(world)

    answer_audits(world, documents[:20], BILLING)
    work(world.project)

    figures = audit_figures(certificate(world))
    assert (figures.checked, figures.wrong, figures.waiting) == (20, 0, 10)
    assert figures.evidence < 1


def test_wrong_audits_revoke_it_by_itself_raise_an_alert_and_stop(world: World) -> None:
    documents = audited(world)
    Project.objects.update(audit_share=0.01)

    answer_audits(world, documents[:6], DELIVERY)
    work(world.project)

    broken = Certificate.objects.get(label_set="")
    assert (broken.state, broken.end) == ("ended", End.AUDIT)
    alert = Event.objects.get(type="alert.raised").payload
    assert (alert["kind"], alert["certificate"], alert["wrong"]) == ("certificate_revoked", broken.pk, 6)
    assert not Document.objects.filter(is_audit=True, state="new").exists()
    later = world.open_documents(2)
    work(world.project)
    assert world.states(later) == ["new"] * 2
    with pytest.raises(CannotRestore):
        restore(broken)


def test_an_audit_that_was_answered_with_the_prediction_in_sight_is_void(world: World) -> None:
    documents = audited(world)

    save(document=documents[0], user=world.person, asked=Save(DELIVERY, Status.SUBMITTED))
    work(world.project)

    assert audit_figures(certificate(world)).checked == 0
    assert not Document.objects.get(pk=documents[0].pk).is_audit


def test_audits_that_nobody_needs_any_more_are_ordinary_documents_again(world: World) -> None:
    audited(world)
    promote(register(project_id=world.project.pk, new=NewVersion("1/2", "1" * 64, "e", 10)), user=None)

    work(world.project)

    assert not Document.objects.filter(is_audit=True).exists()
    assert not Audit.objects.filter(is_right=None).exists()

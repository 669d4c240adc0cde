import pytest

from annotation.annotations.models import Annotation, Status
from annotation.documents.models import Document
from annotation.documents.texts import text_key
from annotation.people.models import User
from annotation.projects.models import Project
from modelops.evaluation.split import is_test
from modelops.registry.models import ModelVersion
from modelops.registry.services import NewVersion, promote, register
from modelops.training.dataset import last_change
from modelops.training.lessons import lessons_for
from modelops.training.models import Run, RunState
from tests import make

pytestmark = pytest.mark.django_db

WRONG, RIGHT = {"Category": "other"}, {"Category": "billing"}


def a_version(project: Project, change: int | None = None) -> ModelVersion:
    """A promoted version; with `change`, of a run that learned gold up to that place of its log."""
    version = register(project_id=project.pk, new=NewVersion("1/1", "0" * 64, "e", 10, comparison={"verdict": "first"}))
    if change is not None:
        Run.objects.create(project=project, state=RunState.SUCCEEDED, version=version, snapshot={"change": change})
    return promote(version, user=None)


def a_correction(project: Project, person: User, text: str, *, version: int = 1) -> Document:
    """A document that this version answered wrong and the person put right."""
    document = make.document(project, text)
    prediction = make.prediction(document, WRONG, version=version)
    Annotation.objects.create(
        document=document, user=person, answer=RIGHT, status=Status.SUBMITTED, prediction=prediction
    )
    return document


def texts(project: Project, *, tested: bool, number: int) -> list[str]:
    found: list[str] = []
    for place in range(500):
        text = f"I was charged twice, case {place}"
        if is_test(project.salt, text_key(text)) is tested:
            found.append(text)
    return found[:number]


def test_documents_are_told_apart_by_what_the_version_learned_from() -> None:
    project = make.project()
    alice = make.member(project, "alice")
    a_version(project)
    taught, late = texts(project, tested=False, number=2)
    [held_out] = texts(project, tested=True, number=1)
    documents = {text: a_correction(project, alice, text) for text in (taught, late, held_out)}
    for text in (taught, held_out):
        make.gold(documents[text], RIGHT)
    version = a_version(project, last_change(project.pk))
    make.gold(documents[late], RIGHT)
    for document in documents.values():
        make.prediction(document, RIGHT, version=version.number)

    found = lessons_for(project=project, version=version, user=alice)

    grounds = {lesson.document_id: lesson.ground for lesson in found.lessons}
    assert grounds == {
        documents[taught].pk: "trained",
        documents[late].pk: "unseen",
        documents[held_out].pk: "unseen",
    }
    assert len(found.fixed) == 3


def test_a_version_without_its_run_has_an_unknown_ground() -> None:
    project = make.project()
    alice = make.member(project, "alice")
    a_version(project)
    a_correction(project, alice, "text")

    found = lessons_for(project=project, version=a_version(project), user=alice)

    assert [lesson.ground for lesson in found.lessons] == ["unknown"]


def test_only_ones_own_answers_to_earlier_versions_count() -> None:
    project = make.project()
    alice, bob = make.member(project, "alice"), make.member(project, "bob")
    a_version(project)
    second = a_version(project, 0)
    mine = a_correction(project, alice, "mine")
    a_correction(project, bob, "not mine")
    a_correction(project, alice, "of this very version", version=second.number)

    found = lessons_for(project=project, version=second, user=alice)

    assert [(lesson.document_id, lesson.before) for lesson in found.lessons] == [(mine.pk, 1)]
    assert not found.lessons[0].is_answered

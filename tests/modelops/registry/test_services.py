import pytest
from django.core.exceptions import ValidationError

from annotation.events.models import Event
from annotation.projects.models import Project
from annotation.queue.services import lend
from modelops.registry.models import ModelVersion, Stage, VersionStep
from modelops.registry.services import GateRefused, NewVersion, NothingToRollBackTo, promote, register, rollback
from tests import make

pytestmark = pytest.mark.django_db


def a_version(project: Project, verdict: str = "first") -> ModelVersion:
    new = NewVersion(path="1/1", sha256="0" * 64, encoder="e", documents=10, comparison={"verdict": verdict})
    return register(project_id=project.pk, new=new)


def stages(project: Project) -> dict[int, str]:
    return dict(ModelVersion.objects.filter(project=project).values_list("number", "stage"))


def test_versions_are_numbered_by_project() -> None:
    one, other = make.project(), make.project(manager=make.user("max"))

    numbers = [a_version(one).number, a_version(one).number, a_version(other).number]

    assert numbers == [1, 2, 1]


def test_promoting_retires_the_version_before_and_tells_open_pages() -> None:
    project = make.project()
    first, second = a_version(project), a_version(project, "not_worse")
    promote(first, user=None)

    promote(second, user=None)

    project.refresh_from_db()
    assert project.production_version == 2
    assert stages(project) == {1: Stage.RETIRED, 2: Stage.PRODUCTION}
    assert list(Event.objects.order_by("pk").values_list("payload__number", flat=True)) == [1, 2]


def test_promoting_twice_changes_nothing() -> None:
    project = make.project()
    version = a_version(project)
    promote(version, user=None)

    promote(version, user=None)

    assert Event.objects.count() == 1


def test_a_worse_version_is_refused_with_the_comparison_unless_forced_with_a_reason() -> None:
    project = make.project()
    promote(a_version(project), user=None)
    worse = a_version(project, "worse")

    with pytest.raises(GateRefused) as raised:
        promote(worse, user=None)
    with pytest.raises(ValidationError):
        promote(worse, user=None, force=True, reason="  ")

    assert raised.value.comparison == {"verdict": "worse"}
    assert stages(project) == {1: Stage.PRODUCTION, 2: Stage.CANDIDATE}
    forced = promote(worse, user=project.created_by, force=True, reason="the test split is wrong")
    assert forced.stage == Stage.PRODUCTION
    kept = VersionStep.objects.get(version=worse)
    assert (kept.kind, kept.by, kept.reason) == ("forced", project.created_by, "the test split is wrong")
    assert kept.comparison == {"verdict": "worse"}


def test_rolling_back_goes_one_step_further_back_each_time() -> None:
    project = make.project()
    for _ in range(3):
        promote(a_version(project), user=None)

    numbers = [rollback(project, None).number, rollback(project, None).number]

    assert numbers == [2, 1]
    with pytest.raises(NothingToRollBackTo):
        rollback(project, None)
    promote(ModelVersion.objects.get(number=3), user=None)
    assert rollback(project, None).number == 1


def test_rolling_back_shows_the_old_predictions_on_open_cards_at_once() -> None:
    project = make.project()
    document = make.document(project)
    old = make.prediction(document, {"Category": "billing"}, version=1)
    make.prediction(document, {"Category": "other"}, version=2)
    lend(project=project, user=make.member(project, "bob"), count=1)
    promote(a_version(project), user=None)
    promote(a_version(project), user=None)

    rollback(project, None)

    shown = Event.objects.filter(type="prediction.updated").order_by("-pk")[0]
    assert shown.payload["prediction"]["id"] == old.pk
    assert shown.payload["prediction"]["answer"] == {"Category": "billing"}

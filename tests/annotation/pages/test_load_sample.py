import pytest
from django.core.management import CommandError, call_command
from pytest_django.fixtures import Settings

from annotation.documents.models import Document
from annotation.people.models import User
from annotation.projects.models import Project

pytestmark = pytest.mark.django_db


def test_the_sample_is_loaded_once_and_follows_the_password(monkeypatch: pytest.MonkeyPatch) -> None:
    for password in ("first password", "second password"):
        monkeypatch.setenv("COLLABWEB_DEMO_PASSWORD", password)
        call_command("load_sample")

    project = Project.objects.get()
    roles = dict(project.memberships.values_list("user__username", "role"))
    assert roles == {"mia": "manager", "rui": "reviewer", "alice": "annotator", "bob": "annotator"}
    assert all(user.check_password("second password") for user in User.objects.all())
    assert User.objects.filter(is_staff=True).count() == 0
    assert Document.objects.filter(project=project, state="gold").count() >= 250


def test_no_sample_people_in_production(settings: Settings) -> None:
    settings.PRODUCTION = True

    with pytest.raises(CommandError):
        call_command("load_sample")

    assert User.objects.count() == 0

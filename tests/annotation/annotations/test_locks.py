"""Who changes a project's settings or version must not block, nor deadlock with, who submits an answer there."""

from typing import Any

import pytest
from django.db import connection, connections, transaction
from django.db.utils import OperationalError

from annotation.projects.models import Project
from tests import make
from tests.architecture.sources import python_files

pytestmark = pytest.mark.django_db(transaction=True)


def test_no_service_locks_a_project_so_that_rows_can_not_refer_to_it() -> None:
    plain = "Project.objects.select_for_update()"

    assert [path.name for path in python_files() if plain in path.read_text("utf-8") and "test" not in path.name] == []


def test_a_locked_project_still_takes_documents_and_gold() -> None:
    project = make.project()
    beside: dict[str, Any] = connection.settings_dict  # Any: Django's settings
    other = connections.create_connection("default")
    other.settings_dict = beside

    with transaction.atomic():
        Project.objects.select_for_update(no_key=True).get(pk=project.pk)
        try:
            with other.cursor() as cursor:
                cursor.execute("SET lock_timeout = '2s'")
                cursor.execute("SELECT 1 FROM annotation_project WHERE id = %s FOR KEY SHARE", [project.pk])
                assert cursor.fetchone() == (1,)
        except OperationalError:
            pytest.fail("the project's row was locked against references")
        finally:
            other.close()

"""Every change leaves an entry, however it is made; entries stay."""

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client

from annotation.annotations.models import Gold
from annotation.audit.acting import acting, leave_out_rows
from annotation.audit.models import Action, AuditEntry
from annotation.audit.triggers import AUDITED
from annotation.projects.models import Membership, Project, Role
from modelops.work.audited import AUDITED as AUDITED_OF_MODELS
from tests import make

pytestmark = pytest.mark.django_db


def newest() -> AuditEntry:
    return AuditEntry.objects.order_by("-pk")[0]


def test_the_database_has_exactly_the_triggers_that_are_declared() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT tgrelid::regclass::text, tgname FROM pg_trigger WHERE tgname ~ '^audit_(ins|upd|del)'")
        found = {(table, name.removeprefix("audit_")) for table, name in cursor.fetchall()}

    wanted = {(rule.table, event) for rule in (*AUDITED, *AUDITED_OF_MODELS) for event in rule.events}
    assert found == wanted


def test_a_change_in_a_shell_is_written_down_under_the_database_user() -> None:
    project = make.project()

    Project.objects.filter(pk=project.pk).update(overlap=3)

    entry = newest()
    assert (entry.action, entry.table, entry.project_id) == (Action.UPDATE, "annotation_project", project.pk)
    assert entry.changes == {"overlap": [1, 3]}
    assert (entry.actor, entry.actor_id) == ("", None)
    assert entry.origin.startswith("database: ")


def test_what_a_page_changes_is_done_by_its_person(client: Client) -> None:
    mia = make.user("mia")
    project = make.project(manager=mia)
    client.force_login(mia)

    answer = client.patch(f"/api/v1/projects/{project.pk}/", {"name": "Renamed"}, content_type="application/json")

    assert answer.status_code == 200
    entry = AuditEntry.objects.get(project_id=project.pk, changes__has_key="name", action=Action.UPDATE)
    assert (entry.actor, entry.actor_id, entry.origin) == ("mia", mia.pk, "api")
    assert entry.changes["name"][1] == "Renamed"


def test_a_change_after_the_request_names_nobody(client: Client) -> None:
    mia = make.user("mia")
    project = make.project(manager=mia)
    client.force_login(mia)
    client.patch(f"/api/v1/projects/{project.pk}/", {"name": "Renamed"}, content_type="application/json")

    # In a test, both share one transaction; outside of one the setting is gone with the statement.
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('collabweb.actor', '', true)")
    Project.objects.filter(pk=project.pk).update(overlap=2)

    assert newest().actor_id is None


def test_the_inner_name_counts() -> None:
    rui, project = make.user("rui"), make.project()

    with acting(lambda: None, "worker: run_import"), acting(lambda: rui.pk, "import"):
        changed = Project.objects.filter(pk=project.pk).update(overlap=2)

    assert changed == 1
    assert (newest().actor, newest().origin) == ("rui", "import")


def test_rows_that_are_made_give_their_id_back_all_the_same() -> None:
    rui, project = make.user("rui"), make.project()

    with acting(lambda: rui.pk, "a 'quoted' 100% name"):
        made = Membership.objects.create(project=project, user=rui, role=Role.REVIEWER)

    assert Membership.objects.get(pk=made.pk).role == Role.REVIEWER
    assert (newest().row_id, newest().origin) == (made.pk, "a quoted 100 name")


def test_an_update_that_changes_nothing_leaves_no_entry() -> None:
    project = make.project()
    before = AuditEntry.objects.count()

    Project.objects.filter(pk=project.pk).update(overlap=1)

    assert AuditEntry.objects.count() == before


def test_a_long_value_is_told_by_its_length() -> None:
    project = make.project()

    Project.objects.filter(pk=project.pk).update(guidelines="g" * 2_000)

    assert newest().changes["guidelines"][1] == {"characters": 2_002}


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE annotation_auditentry SET actor = 'eve'",
        "DELETE FROM annotation_auditentry",
        "TRUNCATE annotation_auditentry",
    ],
)
def test_entries_stay_as_they_are(statement: str) -> None:
    make.project()

    with pytest.raises(DatabaseError, match="never changed"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_gold_tells_its_document_and_project_and_great_numbers_are_left_out() -> None:
    project = make.project()
    first, second = make.document(project=project), make.document(project=project)
    make.gold(first, {"Category": "billing"})

    entry = newest()
    assert (entry.table, entry.document_id, entry.project_id) == ("annotation_gold", first.pk, project.pk)

    leave_out_rows()
    make.gold(second, {"Category": "billing"})

    assert Gold.objects.count() == 2
    assert newest().pk == entry.pk

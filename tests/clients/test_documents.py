"""Texts in: rows in chunks, files, and how their errors come back."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from annotation.annotations.models import Gold
from annotation.documents.models import Document
from annotation.imports import job
from annotation.imports.models import Import, ImportState
from annotation.projects.models import Role
from collabweb_client import ApiError, Conflict, Forbidden, Invalid, NotFound, Span, spans_in
from collabweb_client import Import as ImportSeen
from collabweb_client.uploads import Imported, Row, grouped
from tests import make
from tests.clients.conftest import Open
from tests.clients.faults import Faults, answers

ROWS = [{"id": f"t{number}", "text": f"Text {number}: where is order {number}? 订单📦"} for number in range(2_000)]


@pytest.mark.django_db(transaction=True)
def test_two_thousand_rows_go_in_chunks_and_again_without_harm(client_of: Open, faults: Faults) -> None:
    project = make.project()
    client = client_of(project.created_by)
    heard: list[int] = []

    first = client.import_documents(
        project.pk, iter(ROWS), key="load", on_progress=lambda so_far: heard.append(so_far.sent)
    )
    again = client.import_documents(project.pk, ROWS, key="load")

    assert (first.imported, first.sent, first.duplicates, first.rejected) == (2_000, 2_000, 0, [])
    assert (again.imported, again.imports) == (2_000, first.imports)
    assert heard == [1_000, 2_000]
    assert len(faults.asked) == 4
    assert Import.objects.count() == 2
    assert Document.objects.count() == 2_000
    assert [document.text for document in client.documents(project.pk)] == [row["text"] for row in ROWS]


@pytest.mark.django_db(transaction=True)
def test_an_upload_that_broke_off_goes_on_where_it_was(client_of: Open) -> None:
    project = make.project()
    client = client_of(project.created_by)
    rows = [{"text": f"text {number}"} for number in range(1_200)]

    def until_it_breaks() -> Iterator[dict[str, str]]:
        yield from rows[:1_100]
        raise OSError("the disk is gone")

    with pytest.raises(OSError, match="the disk is gone"):
        client.import_documents(project.pk, until_it_breaks(), key="load")
    assert Document.objects.count() == 1_000

    done = client.import_documents(project.pk, rows, key="load")

    assert done.imported == 1_200
    assert Document.objects.count() == 1_200


@pytest.mark.django_db(transaction=True)
def test_a_bad_row_is_named_by_its_place_in_the_whole(client_of: Open) -> None:
    project = make.project()
    client = client_of(project.created_by)
    rows: list[Row] = [*ROWS[:1_500], {"id": "bad", "text": ""}, "half a pair: \ud83d"]

    with pytest.raises(Invalid) as caught:
        client.import_documents(project.pk, rows, key="load")

    assert [(problem.row, problem.code) for problem in caught.value.errors] == [
        (1_501, "empty_text"),
        (1_502, "lone_surrogate"),
    ]
    assert Document.objects.count() == 1_000


@pytest.mark.django_db(transaction=True)
def test_corrected_rows_go_in_under_the_same_key(client_of: Open) -> None:
    project = make.project()
    client = client_of(project.created_by)
    with pytest.raises(Invalid):
        client.import_documents(project.pk, ["good", ""], key="load")

    done = client.import_documents(project.pk, ["good", "better"], key="load")

    assert done.imported == 2


@pytest.mark.django_db(transaction=True)
def test_skipping_takes_the_good_rows_and_lists_the_others(client_of: Open) -> None:
    project = make.project()
    client = client_of(project.created_by)

    done = client.import_documents(project.pk, ["good", "", "good too"], on_error="skip")

    assert (done.imported, done.rejected_count) == (2, 1)
    assert (done.rejected[0]["row"], done.rejected[0]["code"]) == (2, "empty_text")


@pytest.mark.django_db(transaction=True)
def test_a_file_is_one_import_in_the_worker(client_of: Open, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    project = make.project()
    client = client_of(project.created_by)
    path = tmp_path / "three.csv"
    path.write_text("id;text\na;one\nb;two\nc;three\n")
    begun = client.upload(project.pk, path, delimiter=";", key="file")
    seen: list[str] = []

    def work(seconds: float) -> None:
        job.run_now(begun.id)

    monkeypatch.setattr("time.sleep", work)
    ended = client.wait(begun, on_progress=lambda present: seen.append(present.state))
    heard: list[Imported] = []
    again = client.import_documents(project.pk, path, delimiter=";", key="file", on_progress=heard.append)

    assert (begun.state, seen) == ("queued", ["queued", "succeeded"])
    assert (ended.filename, ended.imported, ended.is_over) == ("three.csv", 3, True)
    assert (again.imports, again.imported, heard[-1].progress) == ([begun.id], 3, 1.0)
    assert Document.objects.count() == 3


@pytest.mark.django_db
def test_an_import_that_failed_or_was_cancelled_is_an_error(client_of: Open, tmp_path: Path) -> None:
    project = make.project()
    client = client_of(project.created_by)
    path = tmp_path / "rows.txt"
    path.write_text("one\n")
    begun = client.upload(project.pk, path, key="file")

    ended = client.cancel_import(begun)

    assert isinstance(ended, ImportSeen)
    assert ended.state == "cancelled"
    with pytest.raises(Conflict, match="cancelled"):
        client.import_documents(project.pk, path, key="file")
    with pytest.raises(Conflict, match="ended"):
        client.cancel_import(begun)
    problem = {"row": 1, "code": "empty_text", "message": "Empty."}
    Import.objects.update(state=ImportState.FAILED, rejected=[problem], error="One row is bad.", error_code="bad_rows")
    with pytest.raises(Invalid) as caught:
        client.import_documents(project.pk, path, key="file")
    assert (caught.value.code, caught.value.detail, caught.value.errors[0].row) == ("bad_rows", "One row is bad.", 1)


@pytest.mark.django_db(transaction=True)
def test_spans_are_pythons_own_places_in_the_text(client_of: Open) -> None:
    project = make.project()
    client = client_of(project.created_by)
    text = "📦👩‍👧 Anna bei ACME\r\n"
    answer = {"Category": "other", "Sentiment": None, "Entities": [Span(5, 9, "PERSON")]}

    client.import_documents(project.pk, [{"text": text, "answer": answer | {"Sentiment": "neutral"}}])
    (document,) = client.documents(project.pk, state="gold")
    opened = client.document(document)

    assert document.text == text
    assert opened.gold is not None
    assert Gold.objects.get().answer["Entities"] == [{"start": 5, "end": 9, "label": "PERSON"}]
    assert [span.text_in(document) for span in spans_in(opened.gold.answer, "Entities")] == ["Anna"]


@pytest.mark.django_db
def test_refusals_are_exceptions_of_their_own(client_of: Open) -> None:
    project = make.project()
    alice = make.member(project, "alice")
    stranger = make.user("sam")
    manager, annotator = client_of(project.created_by), client_of(alice)

    with pytest.raises(Forbidden) as forbidden:
        annotator.import_documents(project.pk, ["text"])
    with pytest.raises(NotFound) as missing:
        client_of(stranger).project(project.pk)
    with pytest.raises(Invalid) as invalid:
        list(manager.documents(project.pk, state="strange"))

    assert (forbidden.value.status, missing.value.status) == (403, 404)
    assert [(problem.field, problem.code) for problem in invalid.value.errors] == [("state", "bad_choice")]
    assert Document.objects.count() == 0


@pytest.mark.django_db
def test_an_address_that_is_not_the_sites_is_said_plainly(client_of: Open, faults: Faults) -> None:
    client = client_of(make.user("mia"))
    faults.next = [answers(200), answers(301, location="https://testserver/")]

    with pytest.raises(ApiError, match="Is the address right"):
        client.project(1)
    with pytest.raises(ApiError, match="answered 301"):
        client.project(1)


@pytest.mark.django_db
def test_lists_are_read_page_by_page_by_the_cursor_alone(client_of: Open, faults: Faults) -> None:
    project = make.project()
    for number in range(5):
        make.document(project, f"text {number}")
    client = client_of(make.member(project, "rui", Role.REVIEWER))

    found = [document.text for document in client.documents(project.pk, limit=2, order="-id")]

    assert found == [f"text {number}" for number in reversed(range(5))]
    assert [request.url.params.get("order") for request in faults.asked] == ["-id"] * 3
    assert {request.url.host for request in faults.asked} == {"testserver"}


def test_groups_keep_below_both_limits_and_lose_nothing() -> None:
    lines = [b"x" * size for size in (3, 3, 3, 50, 1, 1, 1, 1)]

    groups = list(grouped(lines, 3, 10))

    assert groups == [lines[:2], lines[2:3], lines[3:4], lines[4:7], lines[7:]]
    assert list(grouped([], 3, 10)) == []

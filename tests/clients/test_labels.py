"""Labels out: the feed while people save, exports, tables."""

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from pathlib import Path

import pytest
from django.db import connections
from django.test import override_settings
from pytest_django.live_server_helper import LiveServer

from annotation.annotations.models import GoldChange
from annotation.people.services import make_token
from collabweb_client import Change, Client, ConnectionLost, ExportBroken, Invalid, NotFound, labels
from tests import make
from tests.clients.conftest import QUICK, Open
from tests.clients.faults import Faults, answers, breaks_off, refused

SAVES = 300
READERS = 3
WRITERS = 4
ANSWER = {"Category": "billing", "Sentiment": "neutral", "Entities": [{"start": 0, "end": 4, "label": "PERSON"}]}


def read_until(url: str, token: str, project: int, count: int) -> list[Change]:
    """Follow the feed, and come back with a new client after every 17 changes."""
    seen: list[Change] = []
    while len(seen) < count:
        with Client(url, token, retries=QUICK) as client:
            changes = client.follow(project, since=seen[-1].seq if seen else 0, poll_seconds=0.05)
            seen += islice(changes, min(17, count - len(seen)))
    return seen


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_three_readers_see_every_change_once_and_in_order_while_people_save(live_server: LiveServer) -> None:
    project = make.project()
    documents = [make.document(project, f"Anna writes {number}") for number in range(SAVES)]
    tokens = [make_token(make.member(project, f"writer{number}")) for number in range(WRITERS)]
    reader = make_token(project.created_by)
    ready = threading.Barrier(WRITERS)

    def write(place: int) -> None:
        with Client(live_server.url, tokens[place], retries=QUICK) as client:
            ready.wait()
            for document in documents[place::WRITERS]:
                client.annotate(document.pk, ANSWER)

    with ThreadPoolExecutor(WRITERS + READERS) as pool:
        reading = [pool.submit(read_until, live_server.url, reader, project.pk, SAVES) for _ in range(READERS)]
        writing = [pool.submit(write, place) for place in range(WRITERS)]
        for done in writing:
            done.result(timeout=120)
        seen = [done.result(timeout=120) for done in reading]
    connections.close_all()

    expected = list(GoldChange.objects.order_by("pk").values_list("pk", "document_id"))
    assert len(expected) == SAVES
    assert [[(change.seq, change.document) for change in changes] for changes in seen] == [expected] * READERS


@pytest.mark.django_db
def test_following_goes_on_after_an_outage(client_of: Open, faults: Faults, monkeypatch: pytest.MonkeyPatch) -> None:
    project = make.project()
    client = client_of(project.created_by)
    make.gold(make.document(project, "one"), {"Category": "billing"})
    pauses: list[float] = []
    monkeypatch.setattr("time.sleep", pauses.append)
    changes = client.follow(project.pk)
    first = next(changes)
    make.gold(make.document(project, "two"), {"Category": "other"})
    faults.next = [refused] * 7 + [answers(503)] * 7

    second = next(changes)

    assert (first.answer, second.answer) == ({"Category": "billing"}, {"Category": "other"})
    assert second.seq > first.seq
    assert pauses.count(2.0) == 3


@pytest.mark.django_db
def test_the_feed_is_read_to_its_end_over_pages(client_of: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("collabweb_client.labels.PAGE", 2)
    project = make.project()
    documents = [make.document(project, f"text {number}") for number in range(5)]
    for document in documents:
        make.gold(document, {"Category": "billing"})
    client = client_of(project.created_by)

    changes = list(client.labels(project.pk))
    later = list(client.labels(project.pk, since=changes[2].seq))

    assert [change.document for change in changes] == [document.pk for document in documents]
    assert later == changes[3:]
    assert (changes[0].source, changes[0].deleted, changes[0].changed_at.tzinfo is None) == ("import", False, False)


@pytest.mark.django_db
def test_an_export_appears_whole_or_not_at_all(client_of: Open, faults: Faults, tmp_path: Path) -> None:
    project = make.project()
    make.gold(make.document(project, "Anna\r\n📦"), ANSWER)
    client = client_of(project.created_by)
    faults.next = [refused, answers(503), breaks_off]

    path = client.export(project.pk, tmp_path / "gold.jsonl", which="gold", offsets="codepoint")

    (line,) = path.read_text("utf-8").splitlines()
    assert json.loads(line)["answer"]["Entities"] == [{**ANSWER["Entities"][0], "text": "Anna"}]  # type: ignore[dict-item]  # a mapping
    with pytest.raises(Invalid):
        client.export(project.pk, tmp_path / "other.jsonl", format="strange")
    with pytest.raises(NotFound):
        client.export(project.pk + 1, path)
    faults.next = [breaks_off] * 6
    with pytest.raises(ConnectionLost):
        client.export(project.pk, path)
    assert list(tmp_path.iterdir()) == [path]
    assert path.read_text("utf-8").splitlines() == [line]


@pytest.mark.django_db
def test_an_export_that_is_not_what_the_site_sent_is_asked_for_again_and_then_refused(
    client_of: Open, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    project = make.project()
    make.gold(make.document(project, "Anna"), ANSWER)
    client = client_of(project.created_by)
    sums = ["0" * 64, "0" * 64]
    real = labels.sha256_of
    monkeypatch.setattr(labels, "sha256_of", lambda path: sums.pop() if sums else real(path))

    path = client.export(project.pk, tmp_path / "gold.jsonl")

    assert (sums, len(path.read_text("utf-8").splitlines())) == ([], 1)
    monkeypatch.setattr(labels, "sha256_of", lambda _path: "0" * 64)
    with pytest.raises(ExportBroken):
        client.export(project.pk, tmp_path / "other.jsonl")
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.django_db
def test_a_checksum_that_the_site_has_forgotten_is_warned_of(client_of: Open, tmp_path: Path) -> None:
    project = make.project()
    make.gold(make.document(project, "Anna"), ANSWER)

    nowhere = {"default": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}}
    with override_settings(CACHES=nowhere), pytest.warns(UserWarning, match="could not be verified"):
        path = client_of(project.created_by).export(project.pk, tmp_path / "gold.jsonl")

    assert path.exists()


@pytest.mark.django_db
def test_an_export_takes_the_filters_of_the_list(client_of: Open) -> None:
    project = make.project()
    for text in "ab":
        make.gold(make.document(project, text, meta={"batch": text}), {"Category": "billing"})
    client = client_of(project.created_by)

    assert [line["text"] for line in client.exported(project.pk, filters={"meta.batch": "b"})] == ["b"]


@pytest.mark.django_db
def test_exported_lines_become_tables(client_of: Open) -> None:
    project = make.project()
    make.gold(make.document(project, "Anna", external_id="a", meta={"n": 1}), ANSWER)
    make.gold(make.document(project, "订单📦", meta={"n": "two"}), {"Category": "other", "Entities": []})
    client = client_of(project.created_by)

    lines = list(client.exported(project.pk))
    frame = client.to_pandas(project.pk)
    table = client.to_datasets(project.pk)

    spans = [{"start": 0, "end": 4, "label": "PERSON", "text": "Anna"}]
    assert [line["text"] for line in lines] == ["Anna", "订单📦"]
    assert list(frame["Category"]) == ["billing", "other"]
    assert list(frame["Entities"]) == [spans, []]
    assert str(frame["changed_at"].dt.tz) == "UTC"
    assert (table[0]["Entities"], table[1]["Entities"]) == (spans, [])
    assert [json.loads(row["meta"]) for row in table] == [{"n": 1}, {"n": "two"}]


@pytest.mark.django_db
def test_a_label_set_named_like_a_field_keeps_its_own_column(client_of: Open) -> None:
    label_sets = [{"name": "source", "kind": "choice", "labels": ["mail", "chat"]}]
    project = make.project(label_sets=label_sets)
    make.gold(make.document(project), {"source": "mail"})

    frame = client_of(project.created_by).to_pandas(project.pk)

    assert list(frame["answer.source"]) == ["mail"]
    assert list(frame["source"]) == ["import"]

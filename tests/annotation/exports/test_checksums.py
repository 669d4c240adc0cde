"""What an export turned out to be is told once it has ended."""

import hashlib
from collections.abc import Iterable
from typing import Any

import pytest
import redis
from django.core.cache import cache
from rest_framework.test import APIClient

from annotation.exports.checksums import Checksum, sent
from annotation.exports.formats import FORMATS
from annotation.projects.models import Project
from tests import make

pytestmark = pytest.mark.django_db
ANSWER = {"Category": "billing", "Entities": [{"start": 0, "end": 3, "label": "PERSON"}]}


@pytest.fixture
def project() -> Project:
    made = make.project()
    for number in range(3):
        make.gold(make.document(made, f"Ada 📦 {number}"), ANSWER)
    return made


def export(client: APIClient, project: Project, kind: str = "jsonl") -> Any:
    answer = client.get(f"/api/v1/projects/{project.pk}/export/?format={kind}")
    assert answer.status_code == 200
    return answer


@pytest.mark.parametrize("kind", [kind for kind in FORMATS if kind != "spacy"])
def test_rows_bytes_and_sha256_are_those_of_the_body(project: Project, kind: str) -> None:
    client = make.client(project.created_by)
    answer = export(client, project, kind)

    body = b"".join(answer.streaming_content)

    told = client.get(answer["Export-Checksum"]).json()
    assert (told["state"], told["format"], told["which"]) == ("complete", kind, "gold")
    assert (told["rows"], told["bytes"], told["sha256"]) == (3, len(body), hashlib.sha256(body).hexdigest())


def test_it_is_running_before_its_end(project: Project) -> None:
    client = make.client(project.created_by)
    answer = export(client, project)

    next(iter(answer.streaming_content))

    told = client.get(answer["Export-Checksum"]).json()
    assert (told["state"], told["sha256"], told["rows"], told["finished_at"]) == ("running", None, None, None)


def test_a_client_that_went_away_leaves_it_broken(project: Project) -> None:
    checksum = Checksum(project.pk, format="jsonl", which="gold")
    stream = checksum.summed(iter([b"one", b"two"]))

    next(stream)
    stream.close()

    told = sent(project.pk, checksum.id)
    assert told is not None
    assert (told.state, told.sha256, told.rows, told.bytes) == ("broken", None, None, None)


def test_a_fault_in_the_middle_is_told_as_broken(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(lines: Iterable[object], _layout: object) -> Iterable[bytes]:
        yield f"{next(iter(lines))}".encode()
        raise OSError("the disk is full")

    monkeypatch.setattr("annotation.exports.writers.jsonl.write", fails)
    client = make.client(project.created_by)
    answer = export(client, project)

    with pytest.raises(OSError, match="full"):
        b"".join(answer.streaming_content)

    assert client.get(answer["Export-Checksum"]).json()["state"] == "broken"


def test_only_members_are_told_and_only_in_its_project(project: Project) -> None:
    client = make.client(project.created_by)
    other = make.project(manager=make.user("noa"))
    address = export(client, project)["Export-Checksum"]

    assert make.client(other.created_by).get(address).status_code == 404
    elsewhere = address.replace(f"/projects/{project.pk}/", f"/projects/{other.pk}/")
    assert make.client(other.created_by).get(elsewhere).status_code == 404
    assert client.get(address.replace("/exports/", "/exports/x")).status_code == 404


def test_an_export_works_without_the_cache(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    def down(*_: object, **__: object) -> None:
        raise redis.ConnectionError

    client = make.client(project.created_by)
    monkeypatch.setattr(cache, "set", down)
    monkeypatch.setattr(cache, "get", down)

    answer = export(client, project)

    assert len(b"".join(answer.streaming_content).splitlines()) == 3
    assert client.get(answer["Export-Checksum"]).status_code == 404

"""The same calls in an event loop, over a real socket."""

import asyncio
from pathlib import Path

import pytest
from pytest_django.live_server_helper import LiveServer

from annotation.documents.models import Document
from annotation.people.services import make_token
from annotation.projects.models import Project
from collabweb_client import AsyncClient, Change, Invalid, NotFound
from collabweb_client import Document as Seen
from tests import make
from tests.clients.conftest import QUICK

pytestmark = pytest.mark.django_db(transaction=True)

ANSWER = {"Category": "billing", "Sentiment": "neutral", "Entities": []}


@pytest.fixture
def project() -> Project:
    return make.project()


@pytest.fixture
def client(live_server: LiveServer, project: Project) -> AsyncClient:
    return AsyncClient(live_server.url, make_token(project.created_by), retries=QUICK)


def test_texts_go_in_and_labels_come_out(client: AsyncClient, project: Project, tmp_path: Path) -> None:
    rows = [{"id": f"t{number}", "text": f"text {number} 文📦"} for number in range(40)]

    async def work() -> tuple[list[Seen], list[Change], int]:
        async with client:
            await client.import_documents(project.pk, rows, key="load")
            documents = [document async for document in client.documents(project.pk, limit=15)]
            await asyncio.gather(*(client.annotate(document, ANSWER) for document in documents[:10]))
            await client.export(project.pk, tmp_path / "gold.jsonl")
            frame = await client.to_pandas(project.pk)
            return documents, [change async for change in client.labels(project.pk)], len(frame)

    documents, changes, count = asyncio.run(work())

    assert Document.objects.count() == 40
    assert [document.text for document in documents] == [row["text"] for row in rows]
    assert sorted(change.document for change in changes) == [document.id for document in documents[:10]]
    assert [change.seq for change in changes] == sorted(change.seq for change in changes)
    assert len((tmp_path / "gold.jsonl").read_text("utf-8").splitlines()) == count == 10


def test_an_endless_list_can_be_left(client: AsyncClient, project: Project) -> None:
    rows = [{"text": "x", "answer": ANSWER}, {"text": "y", "answer": ANSWER}]

    async def two_changes() -> list[int]:
        async with client:
            await client.import_documents(project.pk, rows)
            seen: list[int] = []
            async for change in client.follow(project.pk):
                seen.append(change.seq)
                if len(seen) == 2:
                    break
            return seen

    assert len(set(asyncio.run(two_changes()))) == 2


def test_errors_are_the_same(live_server: LiveServer, project: Project, tmp_path: Path) -> None:
    token = make_token(project.created_by)
    path = tmp_path / "rows.txt"
    path.write_text("one\ntwo\n")

    async def work() -> tuple[Invalid, list[str]]:
        async with AsyncClient(f"{live_server.url}/api/v1/", token, retries=QUICK) as client:
            with pytest.raises(NotFound):
                await client.project(project.pk + 1)
            with pytest.raises(Invalid) as caught:
                await client.import_documents(project.pk, ["good", ""])
            begun = await client.upload(project.pk, path)
            cancelled = await client.cancel_import(begun)
            return caught.value, [begun.state, cancelled.state]

    error, states = asyncio.run(work())

    assert [(problem.row, problem.code) for problem in error.errors] == [(2, "empty_text")]
    assert states == ["queued", "cancelled"]

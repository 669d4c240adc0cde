from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from asgiref.sync import sync_to_async
from channels.testing import WebsocketCommunicator
from django.db import connections

from annotation.events.listener import listener
from annotation.events.models import Event, Presence
from annotation.events.origin import is_own
from annotation.events.services import publish
from annotation.people.services import make_token
from annotation.projects.models import Project
from collabweb.asgi import application
from tests import make

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.asyncio]


def cast() -> tuple[Project, str, str]:
    """A project with a member's token and a stranger's."""
    project = make.project()
    member, stranger = make.member(project, "alice"), make.user("eve")
    return project, make_token(member), make_token(stranger)


def socket(project: Project, token: str, query: str = "", **headers: str) -> WebsocketCommunicator:
    lines = [(b"host", b"localhost:8001"), (b"authorization", f"Token {token}".encode())]
    lines += [(name.encode(), value.encode()) for name, value in headers.items()]
    return WebsocketCommunicator(application, f"/ws/projects/{project.pk}/{query}", headers=lines)


@pytest_asyncio.fixture(autouse=True)
async def closed_listener() -> AsyncIterator[None]:
    """The listener's connection would keep the test database from being dropped."""
    yield
    await listener().close()
    await sync_to_async(connections.close_all)()


async def types_of(live: WebsocketCommunicator, count: int) -> list[Any]:
    return [(await live.receive_json_from(timeout=5))["type"] for _ in range(count)]


async def test_a_member_gets_events_in_order() -> None:
    project, token, _ = await sync_to_async(cast)()
    live = socket(project, token)
    assert (await live.connect(timeout=5))[0]

    await sync_to_async(publish)(project.pk, "queue.changed", {"open": 3})
    await sync_to_async(publish)(project.pk, "version.promoted", {"version": 1, "number": 1})
    first, second = await live.receive_json_from(timeout=5), await live.receive_json_from(timeout=5)

    assert (first["type"], first["open"]) == ("queue.changed", 3)
    assert second["type"] == "version.promoted"
    assert first["id"] < second["id"]
    await live.disconnect()


async def test_missed_events_come_first_after_a_reconnect() -> None:
    project, token, _ = await sync_to_async(cast)()
    live = socket(project, token)
    await live.connect(timeout=5)
    await sync_to_async(publish)(project.pk, "queue.changed", {"open": 1})
    seen = (await live.receive_json_from(timeout=5))["id"]
    await live.disconnect()
    await sync_to_async(publish)(project.pk, "queue.changed", {"open": 2})
    await sync_to_async(publish)(project.pk, "queue.changed", {"open": 3})

    again = socket(project, token, f"?since={seen}")
    await again.connect(timeout=5)

    opens = [(await again.receive_json_from(timeout=5))["open"] for _ in range(2)]
    assert opens == [2, 3]
    assert await again.receive_nothing()
    await again.disconnect()


async def test_a_page_that_is_too_far_behind_is_told_to_resync(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("annotation.events.consumers.REPLAY_LIMIT", 2)
    project, token, _ = await sync_to_async(cast)()
    for number in range(4):
        await sync_to_async(publish)(project.pk, "queue.changed", {"open": number})

    live = socket(project, token, "?since=1")
    await live.connect(timeout=5)

    assert await types_of(live, 1) == ["resync"]
    await live.disconnect()


async def test_a_page_that_slept_until_its_events_were_pruned_is_told_to_resync() -> None:
    project, token, _ = await sync_to_async(cast)()
    for number in range(4):
        await sync_to_async(publish)(project.pk, "queue.changed", {"open": number})
    first = await Event.objects.order_by("pk").afirst()
    assert first is not None
    await Event.objects.filter(pk__lt=first.pk + 2).adelete()

    live = socket(project, token, f"?since={first.pk}")
    await live.connect(timeout=5)

    assert await types_of(live, 1) == ["resync"]
    await live.disconnect()


async def test_strangers_and_the_unknown_are_closed_out() -> None:
    project, _, stranger = await sync_to_async(cast)()
    for token, code in ((stranger, 4404), ("cw_nothing", 4401)):
        live = socket(project, token)
        await live.connect(timeout=5)
        closed = await live.receive_output(timeout=5)
        assert (closed["type"], closed["code"]) == ("websocket.close", code)


async def test_a_foreign_page_is_refused() -> None:
    project, token, _ = await sync_to_async(cast)()

    accepted, _ = await socket(project, token, origin="https://evil.example").connect(timeout=5)

    assert not accepted


@pytest.mark.parametrize(
    ("origin", "host", "own"),
    [
        ("http://localhost:8000", "localhost:8001", True),
        ("http://localhost:8001", "localhost:8001", True),
        ("https://site.example", "site.example", True),
        ("http://localhost:9999", "localhost:8001", False),
        ("http://localhost.evil.example:8000", "localhost:8001", False),
        ("null", "localhost:8001", False),
        ("http://localhost:x", "localhost:8001", False),
    ],
)
async def test_only_the_sites_own_origin_is_own(origin: str, host: str, own: object, settings: Any) -> None:
    settings.PORT = 8000

    assert is_own(origin, host) is own


async def test_who_opens_the_screen_is_announced_once_and_both_see_each_other() -> None:
    project, token, _ = await sync_to_async(cast)()
    bob = await sync_to_async(make.member)(project, "bob")
    bobs = await sync_to_async(make_token)(bob)
    first, second, third = (socket(project, key, "?here=1") for key in (token, bobs, bobs))

    await first.connect(timeout=5)
    alone = await first.receive_json_from(timeout=5)
    await second.connect(timeout=5)
    seen = [await live.receive_json_from(timeout=5) for live in (first, second)]
    await third.connect(timeout=5)

    assert (alone["type"], [person["name"] for person in alone["people"]]) == ("presence.changed", ["alice"])
    assert [[person["name"] for person in event["people"]] for event in seen] == [["alice", "bob"]] * 2
    assert await first.receive_nothing(timeout=1)  # a second page of the same person
    for live in (first, second, third):
        await live.disconnect()


async def test_many_who_come_at_once_make_one_event() -> None:
    project, token, _ = await sync_to_async(cast)()
    people = [await sync_to_async(make.member)(project, f"person{place}") for place in range(8)]
    tokens = [await sync_to_async(make_token)(person) for person in people]
    watching = socket(project, token)
    await watching.connect(timeout=5)

    pages = [socket(project, key, "?here=1") for key in tokens]
    for page in pages:
        await page.connect(timeout=5)

    events = [await watching.receive_json_from(timeout=5)]
    while not await watching.receive_nothing(timeout=1):
        events.append(await watching.receive_json_from(timeout=5))
    assert len(events) <= 3
    assert events[-1]["count"] == 8
    for page in [*pages, watching]:
        await page.disconnect()


async def test_a_page_that_only_listens_is_nobody() -> None:
    project, token, _ = await sync_to_async(cast)()
    live = socket(project, token)
    await live.connect(timeout=5)

    await live.send_json_to({"type": "ping"})

    assert (await live.receive_json_from(timeout=5))["type"] == "pong"
    assert not await Presence.objects.aexists()
    await live.disconnect()


async def test_what_is_no_ping_is_passed_over() -> None:
    project, token, _ = await sync_to_async(cast)()
    live = socket(project, token)
    await live.connect(timeout=5)

    await live.send_to(text_data="not JSON")
    await live.send_to(text_data="[" * 100_000)
    await live.send_to(bytes_data=b"\0")
    await live.send_json_to({"type": "ping"})

    assert await types_of(live, 1) == ["pong"]
    await live.disconnect()

"""Both clients follow a project's events over the real socket, and lose none while the site's live process is away."""

import asyncio
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import islice

import pytest
from django.conf import LazySettings
from pytest_django.live_server_helper import LiveServer

from annotation.events.models import Event as StoredEvent
from annotation.events.services import publish
from annotation.people.services import make_token
from annotation.projects.models import Project
from collabweb_client import AsyncClient, Client, ConnectionLost, Event, NotFound, NotSignedIn, Retries
from tests import make
from tests.clients.live_site import LiveSite

pytestmark = pytest.mark.django_db(transaction=True)
RETRIES = Retries(first_seconds=0.02, longest_seconds=0.2, attempts=4)
PATIENCE_SECONDS = 60


@pytest.fixture
def live(settings: LazySettings) -> Iterator[LiveSite]:
    site = LiveSite()
    settings.LIVE_PORT = site.port
    site.start()
    yield site
    site.stop()


def read_now(url: str, token: str, project: int, count: int, since: int | None) -> list[Event]:
    with Client(url, token, retries=RETRIES) as client:
        return list(islice(client.events(project, since), count))


def read_later(url: str, token: str, project: int, count: int, since: int | None) -> list[Event]:
    async def read() -> list[Event]:
        found: list[Event] = []
        async with AsyncClient(url, token, retries=RETRIES) as client:
            async for event in client.events(project, since):
                found.append(event)
                if len(found) == count:
                    break
        return found

    return asyncio.run(read())


def say(project: Project, *numbers: int) -> None:
    for number in numbers:
        publish(project.pk, "queue.changed", {"open": number})


@pytest.mark.parametrize("read", [read_now, read_later])
def test_nothing_is_lost_or_told_twice_while_the_site_is_away(
    read: Callable[..., list[Event]], live: LiveSite, live_server: LiveServer
) -> None:
    project = make.project()
    token = make_token(project.created_by)
    say(project, 1, 2)
    first = StoredEvent.objects.filter(project=project).earliest("pk").pk

    with ThreadPoolExecutor(1) as pool:
        reading = pool.submit(read, live_server.url, token, project.pk, 5, first)
        live.stop()
        say(project, 3, 4)
        live.start()
        say(project, 5, 6)
        seen = reading.result(PATIENCE_SECONDS)

    assert [event.data for event in seen] == [{"open": number} for number in (2, 3, 4, 5, 6)]
    assert [event.id for event in seen] == sorted({event.id for event in seen})
    assert {event.type for event in seen} == {"queue.changed"}
    assert all(event.at is not None and event.at.tzinfo is not None for event in seen)


def test_from_now_on_means_from_the_first_connection(live: LiveSite, live_server: LiveServer) -> None:
    project = make.project()
    token = make_token(project.created_by)
    say(project, *range(3))
    is_over = threading.Event()

    def go_on() -> None:
        number = 3
        while not is_over.wait(0.05):
            say(project, number)
            number += 1

    with ThreadPoolExecutor(2) as pool:
        saying = pool.submit(go_on)
        seen = pool.submit(read_now, live_server.url, token, project.pk, 4, None).result(PATIENCE_SECONDS)
        is_over.set()
        saying.result(PATIENCE_SECONDS)

    numbers = [event.data["open"] for event in seen]
    assert numbers[0] >= 3
    assert numbers == list(range(numbers[0], numbers[0] + 4))


def test_a_log_that_is_too_long_says_so(
    live: LiveSite, live_server: LiveServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("annotation.events.consumers.REPLAY_LIMIT", 2)
    project = make.project()
    say(project, 1, 2, 3, 4)

    [event] = read_now(live_server.url, make_token(project.created_by), project.pk, 1, 0)

    assert (event.type, event.id) == ("resync", StoredEvent.objects.latest("pk").pk)


def test_who_may_not_enter_is_told_and_so_is_who_finds_nobody(live: LiveSite, live_server: LiveServer) -> None:
    project = make.project()
    stranger = make_token(make.user("noa"))

    with pytest.raises(NotFound):
        read_now(live_server.url, stranger, project.pk, 1, None)
    with pytest.raises(NotSignedIn):
        read_now(live_server.url, "wrong", project.pk, 1, None)
    live.stop()
    with pytest.raises(ConnectionLost):
        read_now(live_server.url, make_token(project.created_by), project.pk, 1, None)

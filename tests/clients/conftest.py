"""Clients that talk to the real site: inside the process, or over a socket where there is concurrency."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import httpx
import pytest
from django.core.signals import request_finished, request_started
from django.db import close_old_connections

from annotation.people.models import User
from annotation.people.services import make_token
from collabweb.wsgi import application
from collabweb_client import Client, Retries
from tests.clients.faults import Faults

Open = Callable[[User], Client]
QUICK = Retries(first_seconds=0.001)


@pytest.fixture
def faults() -> Iterator[Faults]:
    """A site that answers as it should until it is told otherwise."""
    # The site would close the connection that the test's transaction is on.
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield Faults(httpx.WSGITransport(app=application))
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture
def client_of(faults: Faults) -> Iterator[Open]:
    with ExitStack() as stack:

        def open_client(person: User) -> Client:
            made = Client("http://testserver", make_token(person), retries=QUICK, transport=faults)
            return stack.enter_context(made)

        yield open_client

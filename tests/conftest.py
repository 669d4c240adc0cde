"""Tests run against a real PostgreSQL and a real Valkey (`make test` starts them and sets the environment)."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from celery import Task
from django.conf import settings
from django.test import override_settings

Messages = list[tuple[str, tuple[object, ...]]]
SHARED = Path(__file__).resolve().parents[2] / "shared"


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real data beside the checkout."""
    if not SHARED.exists():
        pytest.skip("the folder ../shared with the real data is absent")
    return SHARED


@pytest.fixture(autouse=True)
def sent_messages(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> Messages:
    """Record the messages that would go to the broker; a test marked `broker` sends them for real."""
    sent: Messages = []
    if "broker" not in request.keywords:

        def record(task: "Task[Any, Any]", *args: object, **options: object) -> None:
            sent.append((task.name, args))

        monkeypatch.setattr(Task, "delay", record)
    return sent


@pytest.fixture
def reports_at_once(sent_messages: Messages, monkeypatch: pytest.MonkeyPatch) -> None:
    """A report is calculated when it is asked for, as by a worker that has nothing else to do."""
    from django.core.cache import cache

    from modelops import tasks

    cache.clear()
    monkeypatch.setattr(tasks.make_report, "delay", tasks.make_report)


@pytest.fixture(autouse=True)
def plain_settings() -> Iterator[None]:
    """Quick passwords, for no test is about the slow ones, and static files as they lie, without `collectstatic`."""
    storage = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    with override_settings(
        PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"],
        STORAGES={**settings.STORAGES, "staticfiles": storage},
    ):
        yield

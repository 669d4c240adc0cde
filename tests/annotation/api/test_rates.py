"""How many calls a token may make, counted for all processes together."""

from uuid import uuid4

import pytest
from django.conf import LazySettings
from limits.strategies import MovingWindowRateLimiter
from redis import RedisError

from annotation.api.throttles import TokenRateThrottle
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def three_a_minute(settings: LazySettings, monkeypatch: pytest.MonkeyPatch) -> None:
    scope = f"token-{uuid4()}"
    settings.REST_FRAMEWORK = {**settings.REST_FRAMEWORK, "DEFAULT_THROTTLE_RATES": {scope: "3/minute"}}
    monkeypatch.setattr(TokenRateThrottle, "scope", scope)


def test_one_call_more_than_the_rate_is_told_when_to_come_again() -> None:
    mia, rui = make.client(make.user("mia")), make.client(make.user("rui"))

    answers = [mia.get("/api/v1/projects/") for _ in range(4)]

    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert 0 < int(answers[-1]["Retry-After"]) <= 60
    assert answers[-1].json()["code"] == "throttled"
    assert rui.get("/api/v1/projects/").status_code == 200


def test_calls_pass_while_the_store_is_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> bool:
        raise RedisError("gone")

    monkeypatch.setattr(MovingWindowRateLimiter, "hit", broken)
    mia = make.client(make.user("mia"))

    assert {mia.get("/api/v1/projects/").status_code for _ in range(5)} == {200}

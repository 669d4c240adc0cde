"""Rates are counted in the broker's store. Where it is down, calls pass: losing labels is worse than losing a limit."""

import logging
import time
from functools import cache
from typing import TYPE_CHECKING

import redis
from django.conf import settings
from limits import RateLimitItem, parse
from limits.storage import RedisStorage
from limits.strategies import MovingWindowRateLimiter
from rest_framework.request import Request
from rest_framework.settings import api_settings
from rest_framework.throttling import BaseThrottle

from annotation.people.models import Token

if TYPE_CHECKING:  # rest_framework.views reads the settings that name this file
    from rest_framework.views import APIView

logger = logging.getLogger(__name__)


@cache
def _limiter() -> MovingWindowRateLimiter:
    """Counts in the store itself, in one round trip a call; DRF's own reads and writes a list of times."""
    url = settings.REDIS_URL.replace("unix://", "redis+unix://")
    waits = {"socket_timeout": 2, "socket_connect_timeout": 2}
    return MovingWindowRateLimiter(RedisStorage(url, None, "rate", wrap_exceptions=False, **waits))


@cache
def _rate(scope: str) -> RateLimitItem:
    return parse(str(api_settings.DEFAULT_THROTTLE_RATES[scope]))


class _Rate(BaseThrottle):
    scope: str
    _seconds_to_wait: float | None = None

    def who(self, request: Request) -> str | None:
        """Whose calls count together; None: this call does not count."""
        raise NotImplementedError

    def allow_request(self, request: Request, view: "APIView") -> bool:
        who = self.who(request)
        try:
            return who is None or self._is_within(_rate(self.scope), who)
        except redis.RedisError:
            logger.warning("rate limits are off: the store does not answer")
            return True

    def _is_within(self, rate: RateLimitItem, who: str) -> bool:
        if _limiter().hit(rate, self.scope, who):
            return True
        self._seconds_to_wait = max(_limiter().get_window_stats(rate, self.scope, who).reset_time - time.time(), 0.0)
        return False

    def wait(self) -> float | None:
        return self._seconds_to_wait


class TokenRateThrottle(_Rate):
    scope = "token"

    def who(self, request: Request) -> str | None:
        return str(request.auth.pk) if isinstance(request.auth, Token) else None


class SignInThrottle(_Rate):
    scope = "sign_in"

    def who(self, request: Request) -> str | None:
        return str(self.get_ident(request))

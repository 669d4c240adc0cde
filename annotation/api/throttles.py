"""Rates are counted in the broker's store. Where it is down, calls pass: losing labels is worse than losing a limit."""

import logging
from typing import TYPE_CHECKING

import redis
from rest_framework.request import Request
from rest_framework.throttling import SimpleRateThrottle

from annotation.people.models import Token

if TYPE_CHECKING:  # rest_framework.views reads the settings that name this file
    from rest_framework.views import APIView

logger = logging.getLogger(__name__)


class _Rate(SimpleRateThrottle):
    def allow_request(self, request: Request, view: "APIView") -> bool:
        try:
            return super().allow_request(request, view)
        except redis.RedisError:
            logger.warning("rate limits are off: the cache does not answer")
            return True


class TokenRateThrottle(_Rate):
    scope = "token"

    def get_cache_key(self, request: Request, view: "APIView") -> str | None:
        return f"rate:{request.auth.pk}" if isinstance(request.auth, Token) else None


class SignInThrottle(_Rate):
    scope = "sign_in"

    def get_cache_key(self, request: Request, view: "APIView") -> str | None:
        return f"rate:sign-in:{self.get_ident(request)}"

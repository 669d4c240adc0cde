import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q
from django.utils import timezone

from annotation.people.models import Scope, Token, User

# `last_used_at` is for people: once a minute is exact enough and spares a write per call.
LAST_USED_STEP = timedelta(minutes=1)


def digest_of(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class TokenLimits:
    """How little a token may do. As it stands: everything, everywhere, for ever."""

    name: str = ""
    scopes: tuple[Scope, ...] = (Scope.MANAGE,)
    project_id: int | None = None
    expires_at: datetime | None = None


def make_token(user: User, limits: TokenLimits = TokenLimits()) -> str:
    """Make a token and return its key, which is shown this once and not kept."""
    key = f"cw_{secrets.token_urlsafe(32)}"
    Token.objects.create(
        user=user,
        prefix=key[:9],
        digest=digest_of(key),
        name=limits.name,
        scopes=[scope.value for scope in limits.scopes],
        project_id=limits.project_id,
        expires_at=limits.expires_at,
    )
    return key


def use_token(key: str) -> Token | None:
    """The token of this key, if it is one of an active person and its time is not over."""
    now = timezone.now()
    in_time = Q(expires_at__isnull=True) | Q(expires_at__gt=now)
    rows = Token.objects.select_related("user").filter(in_time, digest=digest_of(key), user__is_active=True)
    token = rows.first()
    if token and (token.last_used_at is None or now - token.last_used_at > LAST_USED_STEP):
        Token.objects.filter(pk=token.pk).update(last_used_at=now)
    if token:
        token.user.only_project_id = token.project_id
    return token

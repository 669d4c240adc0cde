import hashlib
import secrets
from datetime import timedelta

from django.utils import timezone

from annotation.people.models import Token, User

# `last_used_at` is for people: once a minute is exact enough and spares a write per call.
LAST_USED_STEP = timedelta(minutes=1)


def digest_of(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()


def make_token(user: User) -> str:
    """Make a token and return its key, which is shown this once and not kept."""
    key = f"cw_{secrets.token_urlsafe(32)}"
    Token.objects.create(user=user, prefix=key[:9], digest=digest_of(key))
    return key


def use_token(key: str) -> Token | None:
    """The token of this key, if it is one of an active person."""
    token = Token.objects.select_related("user").filter(digest=digest_of(key), user__is_active=True).first()
    now = timezone.now()
    if token and (token.last_used_at is None or now - token.last_used_at > LAST_USED_STEP):
        Token.objects.filter(pk=token.pk).update(last_used_at=now)
    return token

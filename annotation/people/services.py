import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache

from django.db import connection
from django.db.models import JSONField
from django.utils import timezone

from annotation.people.models import Scope, Token, User
from annotation.prepared import prepared_cursor

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
    token = _token_of(digest_of(key), now)
    if token and (token.last_used_at is None or now - token.last_used_at > LAST_USED_STEP):
        Token.objects.filter(pk=token.pk).update(last_used_at=now)
    if token:
        token.user.only_project_id = token.project_id
    return token


def _token_of(digest: str, now: datetime) -> Token | None:
    """With its user. SQL by hand: every call asks this, and building the query costs more than its answer."""
    sql, token_names, user_names = _token_query()
    with prepared_cursor() as cursor:
        cursor.execute(sql, [digest, now])
        row = cursor.fetchone()
    if row is None:
        return None
    token = Token.from_db(connection.alias, token_names, row[: len(token_names)])
    token.user = User.from_db(connection.alias, user_names, row[len(token_names) :])
    return token


@cache
def _token_query() -> tuple[str, list[str], list[str]]:
    """The statement, and the fields of token and user that it selects; a JSON field is read when somebody needs it."""
    tokens = list(Token._meta.concrete_fields)
    users = [field for field in User._meta.concrete_fields if not isinstance(field, JSONField)]
    columns = [f"token.{field.column}" for field in tokens] + [f"person.{field.column}" for field in users]
    sql = f"""
        SELECT {", ".join(columns)} FROM {Token._meta.db_table} AS token
        JOIN {User._meta.db_table} AS person ON person.id = token.user_id AND person.is_active
        WHERE token.digest = %s AND (token.expires_at IS NULL OR token.expires_at > %s)
    """
    return sql, [field.attname for field in tokens], [field.attname for field in users]

"""What can go wrong, as exceptions. `ApiError` and its kinds carry the site's own words."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

from collabweb_client.wire import Reply


class CollabwebError(Exception):
    """Everything that this package raises on purpose."""


class ConnectionLost(CollabwebError):
    """No answer came, after every try. `was_sent`: the site may have done what was asked."""

    def __init__(self, reason: str, *, was_sent: bool) -> None:
        super().__init__(reason)
        self.was_sent = was_sent


class ExportBroken(CollabwebError):
    """What came of an export is not what the site sent."""


class WebhookRejected(CollabwebError):
    """A webhook that the site did not send, or not lately."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong with the input: in a row, or in a field. `value`: everything that the site said."""

    code: str
    message: str
    row: int | None
    field: str | None
    value: Mapping[str, Any]

    @classmethod
    def of(cls, value: Mapping[str, Any]) -> Self:
        message = str(value.get("message", ""))
        return cls(str(value.get("code", "")), message, value.get("row"), value.get("field"), value)


class ApiError(CollabwebError):
    """The site refused. `body` is its whole answer."""

    def __init__(self, status: int, body: Mapping[str, Any], retry_after: float | None = None) -> None:
        self.status = status
        self.body = body
        self.code = str(body.get("code", ""))
        self.detail = str(body.get("detail", ""))
        self.errors: Sequence[Problem] = [Problem.of(error) for error in body.get("errors") or ()]
        self.retry_after = retry_after
        super().__init__(f"{status} {self.code}: {self.detail}")


class NotSignedIn(ApiError):
    """401: the token is unknown, has ended or was taken back."""


class Forbidden(ApiError):
    """403: the role or the token's scopes do not suffice."""


class NotFound(ApiError):
    """404: it does not exist, or you are no member of its project."""


class Invalid(ApiError):
    """400, 413, 415 or 422: the input is wrong; `errors` says where."""


class Conflict(ApiError):
    """409: not in this state, or another one came first."""


class VersionConflict(ApiError):
    """412: another save came first; `body["present"]` is what stands now."""


class TooManyRequests(ApiError):
    """429, after every try; `retry_after` seconds are left to wait."""


class ServerError(ApiError):
    """5xx: a fault of the site, or it is being restarted."""


_KINDS: dict[int, type[ApiError]] = {
    400: Invalid,
    401: NotSignedIn,
    403: Forbidden,
    404: NotFound,
    409: Conflict,
    412: VersionConflict,
    413: Invalid,
    415: Invalid,
    422: Invalid,
    429: TooManyRequests,
}


def error_of(reply: Reply, retry_after: float | None = None) -> ApiError:
    return error_for(reply.status, _body(reply), retry_after)


def error_for(status: int, body: Mapping[str, Any], retry_after: float | None = None) -> ApiError:
    kind = _KINDS.get(status, ServerError if status >= 500 else ApiError)
    return kind(status, body, retry_after)


def with_rows_moved(error: ApiError, by: int) -> ApiError:
    """The same error of a chunk, its rows counted from the first row of the whole."""
    errors = [moved(problem, by) for problem in error.body.get("errors") or ()]
    return error_for(error.status, {**error.body, "errors": errors}, error.retry_after)


def moved(problem: Mapping[str, Any], by: int) -> dict[str, Any]:
    return {**problem, **{name: problem[name] + by for name in ("row", "line") if isinstance(problem.get(name), int)}}


def _body(reply: Reply) -> Mapping[str, Any]:
    try:
        body = reply.json()
    except (json.JSONDecodeError, UnicodeDecodeError):
        body = None
    # A proxy in between answers in HTML.
    return body if isinstance(body, dict) else {"code": "", "detail": f"The site answered {reply.status}."}

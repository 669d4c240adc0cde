"""Every error of the API has one shape: {"code", "detail", "errors": [{"field" | "row", "code", "message"}]}."""

from collections.abc import Sequence
from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.exceptions import ValidationError as DjangoValidationError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.views import defaults
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import exception_handler as rest_exception_handler

from annotation.answers.problems import AnswerError, Problem

MAX_ERRORS = 100


class ApiError(exceptions.APIException):
    """An answer with a status and a code of its own; `extra` is added to the body."""

    def __init__(
        self,
        status: int,
        code: str,
        detail: str,
        errors: Sequence[dict[str, object]] = (),
        extra: dict[str, Any] | None = None,  # Any: JSON
    ) -> None:
        super().__init__(detail, code)
        self.status_code = status
        self.errors = list(errors)
        self.extra = extra or {}


def invalid(problems: Sequence[Problem]) -> ApiError:
    detail = problems[0].message if problems else "The input is not valid."
    return ApiError(422, "invalid", detail, [problem.as_json() for problem in problems])


def exception_handler(error: Exception, context: dict[str, Any]) -> Response | None:  # Any: DRF's own type
    if isinstance(error, AnswerError):
        error = invalid(error.problems)
    elif isinstance(error, DjangoValidationError):
        error = invalid(_problems(error))
    elif isinstance(error, Http404):
        error = exceptions.NotFound()
    elif isinstance(error, PermissionDenied):
        error = exceptions.PermissionDenied()
    response = rest_exception_handler(error, context)
    if response is None or not isinstance(error, exceptions.APIException):
        return response
    response.data = _body(error)
    if isinstance(error, exceptions.ValidationError):
        response.status_code = 422
    return response


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """An address that there is not."""
    if not request.path.startswith("/api/"):
        return defaults.page_not_found(request, exception)
    return JsonResponse({"code": "not_found", "detail": "There is no such address.", "errors": []}, status=404)


def server_error(request: HttpRequest) -> HttpResponse:
    if not request.path.startswith("/api/"):
        return defaults.server_error(request)
    detail = "Something went wrong on the site."
    return JsonResponse({"code": "server_error", "detail": detail, "errors": []}, status=500)


def _problems(error: DjangoValidationError) -> list[Problem]:
    by_field = error.error_dict if hasattr(error, "error_dict") else {"": error.error_list}
    return [
        Problem(field, item.code or "invalid", item.messages[0]) for field, items in by_field.items() for item in items
    ]


def _body(error: exceptions.APIException) -> dict[str, Any]:  # Any: JSON
    if isinstance(error, ApiError):
        code, detail, errors, extra = str(error.get_codes()), str(error.detail), error.errors, error.extra
    elif isinstance(error, exceptions.ValidationError):
        errors = _fields(error.get_full_details(), "")
        code, detail, extra = "invalid", str(errors[0]["message"]) if errors else "Not valid.", {}
    else:
        code, detail, errors, extra = str(error.get_codes()), str(error.detail), [], {}
    return {"code": code, "detail": detail, "errors": errors[:MAX_ERRORS], **extra}


def _fields(details: Any, path: str) -> list[dict[str, object]]:  # Any: DRF nests lists and dicts freely
    if isinstance(details, dict) and set(details) == {"message", "code"}:
        return [{"field": path, "code": str(details["code"]), "message": str(details["message"])}]
    if isinstance(details, dict):
        return [row for key, value in details.items() for row in _fields(value, f"{path}.{key}" if path else str(key))]
    if isinstance(details, list):
        nested = any(isinstance(item, dict) and set(item) != {"message", "code"} for item in details)
        return [
            row for place, item in enumerate(details) for row in _fields(item, f"{path}.{place}" if nested else path)
        ]
    return []

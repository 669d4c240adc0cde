"""What the OpenAPI schema says of every call without its view saying so: pages of lists, errors in their one shape."""

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import is_list_serializer
from drf_spectacular.utils import Direction
from rest_framework.pagination import BasePagination

from annotation.api.pagination import Pages
from annotation.api.serializers import ErrorAnswer

Json = dict[str, Any]  # Any: JSON

_WORDS = {
    "400": "The body is not JSON, or is broken",
    "401": "No token, or one that has ended",
    "403": "The role or the token's scopes do not suffice",
    "404": "Unknown, or of a project that the caller is no member of",
    "406": "No form that Accept names",
    "409": "Not in this state, or another one came first",
    "412": "Another save came first; `present` shows it",
    "413": "Too large",
    "415": "Not a content type that this call takes",
    "422": "The input is wrong; `errors` says where",
    "429": "Too many calls; Retry-After says when to go on",
    "503": "No worker answers just now; ask again",
}
_WITH_BODY = ("POST", "PUT", "PATCH")


class TokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]  # found by its being a subclass
    target_class = "annotation.people.authentication.TokenAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema: AutoSchema) -> Json:
        words = "`Authorization: Token <token>`, from `token/` or from the page Account, API tokens"
        return {"type": "apiKey", "in": "header", "name": "Authorization", "description": words}


def as_answered(result: Json, **_: object) -> Json:
    """A hook of drf-spectacular: ids in addresses are not negative, and any JSON means null too, but not twice."""
    for item in result["paths"].values():
        for operation in item.values():
            for parameter in operation.get("parameters", ()):
                if parameter["in"] == "path" and parameter["schema"].get("type") == "integer":
                    parameter["schema"]["minimum"] = 0
    for component in result["components"]["schemas"].values():
        for field in component.get("properties", {}).values():
            if field.get("oneOf") == [{}, {"type": "null"}]:
                del field["oneOf"]
    return result


class Schema(AutoSchema):
    def _get_paginator(self) -> BasePagination:
        return Pages()

    def _get_pagination_parameters(self) -> list[Json]:
        if self.method != "GET" or not is_list_serializer(self.get_response_serializers()):
            return []
        parameters: list[Json] = Pages().get_schema_operation_parameters(self.view)
        return parameters

    def _get_response_bodies(self, direction: Direction = "response") -> Json:
        """Those of the view, and the errors that may come of the way to it."""
        bodies: Json = super()._get_response_bodies(direction)
        for status in self._errors():
            if status not in bodies:
                media = ["application/json"]
                body = self._get_response_for_code(ErrorAnswer, status, media, direction)  # type: ignore[no-untyped-call]  # theirs
                bodies[status] = {**body, "description": _WORDS[status]}
        return dict(sorted(bodies.items()))

    def _errors(self) -> list[str]:
        has_body = self.method in _WITH_BODY and bool(self.get_request_serializer())
        found = ["406", "429"]
        found += ["401", "403"] if self.get_auth() != [] else []
        found += ["404"] if "{" in self.path else []
        found += ["400", "413", "415"] if has_body else []
        found += ["422"] if has_body or self._get_parameters() else []
        found += ["409"] if self.method in ("POST", "PUT", "PATCH", "DELETE") else []
        return found

from collections.abc import Mapping
from typing import IO, Any

from django.conf import settings
from rest_framework.exceptions import ParseError
from rest_framework.parsers import BaseParser

from annotation.answers.strict_json import StrictJSONError, loads
from annotation.api.errors import ApiError


class StrictJSONParser(BaseParser):
    """JSON as the contract takes it; anything else is a clear error and never a 500."""

    media_type = "application/json"

    def parse(
        self,
        stream: IO[bytes],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,  # Any: DRF's own type
    ) -> Any:  # Any: JSON
        limit: int = settings.COLLABWEB_LIMITS["body_bytes"]
        raw = stream.read(limit + 1)
        if len(raw) > limit:
            raise ApiError(413, "too_large", f"A body may have {limit} bytes at most.")
        try:
            return loads(raw, max_depth=settings.COLLABWEB_LIMITS["json_depth"])
        except StrictJSONError as error:
            raise ParseError(str(error), code=error.code) from error

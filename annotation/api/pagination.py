from rest_framework.exceptions import NotFound
from rest_framework.pagination import Cursor, CursorPagination
from rest_framework.request import Request

from annotation.answers.problems import Problem
from annotation.api.errors import invalid


class Pages(CursorPagination):
    """Keyset pages: {"next", "previous", "results"}; the cost of a page does not grow with its depth."""

    page_size = 100
    page_size_query_param = "limit"
    max_page_size = 500
    ordering: str | tuple[str, ...] = "id"

    def decode_cursor(self, request: Request) -> Cursor | None:
        """Raises the contract's 422 for a cursor that no list gave out."""
        try:
            return super().decode_cursor(request)
        except NotFound as error:
            raise invalid([Problem("cursor", "bad_cursor", "cursor is one that this list gave out.")]) from error


class NewestFirst(Pages):
    ordering = "-id"

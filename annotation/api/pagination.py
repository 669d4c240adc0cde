from rest_framework.pagination import CursorPagination


class Pages(CursorPagination):
    """Keyset pages: {"next", "previous", "results"}; the cost of a page does not grow with its depth."""

    page_size = 100
    page_size_query_param = "limit"
    max_page_size = 500
    ordering: str | tuple[str, ...] = "id"


class NewestFirst(Pages):
    ordering = "-id"

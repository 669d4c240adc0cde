from collections.abc import Callable

from django.http import HttpRequest, HttpResponseBase

from annotation.after_answer import Work, kept_for_later


class AfterAnswerMiddleware:
    """What a request puts off is done when its answer was handed over: a WSGI server closes the response then."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        with kept_for_later() as waiting:
            response = self.get_response(request)
        if waiting:
            _do_when_closed(response, waiting)
        return response


def _do_when_closed(response: HttpResponseBase, waiting: list[Work]) -> None:
    close = response.close

    def close_and_work() -> None:
        while waiting:
            waiting.pop(0)()
        close()

    response.close = close_and_work  # type: ignore[method-assign]

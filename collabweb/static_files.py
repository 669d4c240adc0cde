"""Static files from the web process, at no cost for other requests.

The middleware of servestatic is asynchronous only: under WSGI every request, static or not, would start an event loop
and pass between threads. Here only those for files do.
"""

from collections.abc import Callable

from asgiref.sync import async_to_sync
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from servestatic.middleware import ServeStaticMiddleware

GetResponse = Callable[[HttpRequest], HttpResponseBase]


def serve_static_files(get_response: GetResponse) -> GetResponse:
    async def nothing_else(request: HttpRequest) -> HttpResponseBase:
        raise RuntimeError(f"{request.path_info} is no static file")

    static = ServeStaticMiddleware(nothing_else)
    find = static.find_file if static.autorefresh else static.files.get
    serve = async_to_sync(static.aserve)

    def middleware(request: HttpRequest) -> HttpResponseBase:
        found = find(request.path_info)
        if found is None:
            return get_response(request)
        response: HttpResponseBase = serve(found, request)
        return response

    return middleware

import os
from typing import Any

from channels.auth import AuthMiddlewareStack
from channels.routing import ProtocolTypeRouter, URLRouter
from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "collabweb.settings")

http = get_asgi_application()

# Both need the app registry, which the line above fills.
from annotation.events.origin import SiteOriginValidator  # noqa: E402
from annotation.events.routing import websocket_urlpatterns  # noqa: E402

# Django's path() made them; Channels' stubs name a type of their own for routes.
routes: Any = websocket_urlpatterns

application = ProtocolTypeRouter(
    {
        "http": http,
        "websocket": SiteOriginValidator(AuthMiddlewareStack(URLRouter(routes))),
    }
)

from django.urls import path

from annotation.events.consumers import ProjectConsumer

websocket_urlpatterns = [
    # A route of Channels leads to an ASGI application, Django's own to a view.
    path("ws/projects/<int:project_id>/", ProjectConsumer.as_asgi()),  # type: ignore[arg-type]
]

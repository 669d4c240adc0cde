"""Pages of people's work."""

from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("account/", include("annotation.people.urls")),
    path("", include("annotation.imports.urls")),
    path("", include("annotation.webhooks.urls")),
    path("", include("annotation.pages.urls")),
]

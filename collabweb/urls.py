from django.contrib import admin
from django.urls import include, path
from drf_spectacular.views import SpectacularJSONAPIView

from collabweb.health import healthz, metrics

urlpatterns = [
    path("healthz", healthz, name="healthz"),
    path("metrics", metrics, name="metrics"),
    path("api/v1/schema/", SpectacularJSONAPIView.as_view(), name="schema"),
    path("api/v1/", include("annotation.api.urls")),
    path("api/v1/", include("modelops.api.urls")),
    path("i18n/", include("django.conf.urls.i18n")),
    path("accounts/", include("allauth.urls")),
    path("admin/", admin.site.urls),
    path("", include("modelops.urls")),
    path("", include("annotation.urls")),
]

# Under /api/ in the API's own shape, elsewhere as a page.
handler404 = "annotation.api.errors.not_found"
handler500 = "annotation.api.errors.server_error"

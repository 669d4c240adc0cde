"""Pages of the model."""

from django.urls import URLPattern, URLResolver, path

from modelops.pages.my_changes import my_changes
from modelops.pages.registry import models, promote_version, roll_back
from modelops.pages.runs import run_page, start_run, stop_run

urlpatterns: list[URLPattern | URLResolver] = [
    path("projects/<int:project_id>/me/changes/", my_changes, name="my_changes"),
    path("projects/<int:project_id>/models/", models, name="models"),
    path("projects/<int:project_id>/models/roll-back/", roll_back, name="roll_back"),
    path("projects/<int:project_id>/versions/<int:version_id>/promote/", promote_version, name="promote_version"),
    path("projects/<int:project_id>/runs/", start_run, name="start_run"),
    path("projects/<int:project_id>/runs/<int:run_id>/", run_page, name="run"),
    path("projects/<int:project_id>/runs/<int:run_id>/stop/", stop_run, name="stop_run"),
]

from django.urls import path

from annotation.imports.views import cancel_import, discard_import, new_import, preview_import, show_import

urlpatterns = [
    path("projects/<int:project_id>/import/", new_import, name="import-new"),
    path("projects/<int:project_id>/imports/", new_import, name="imports"),
    path("projects/<int:project_id>/imports/<int:import_id>/", show_import, name="import"),
    path("projects/<int:project_id>/imports/<int:import_id>/cancel/", cancel_import, name="import-cancel"),
    path("projects/<int:project_id>/imports/<int:import_id>/preview/", preview_import, name="import-preview"),
    path("projects/<int:project_id>/imports/<int:import_id>/discard/", discard_import, name="import-discard"),
]

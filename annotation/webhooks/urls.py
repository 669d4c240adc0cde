from django.urls import path

from annotation.webhooks import views

urlpatterns = [
    path("projects/<int:project_id>/webhooks/", views.webhook_list, name="webhooks"),
    path("projects/<int:project_id>/webhooks/<int:webhook_id>/", views.webhook_page, name="webhook"),
    path("projects/<int:project_id>/webhooks/<int:webhook_id>/change/", views.change_webhook, name="change_webhook"),
]

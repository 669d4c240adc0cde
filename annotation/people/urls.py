from django.urls import path

from annotation.people import views

urlpatterns = [
    path("", views.profile, name="profile"),
    path("language/", views.choose_language, name="choose_language"),
    path("tokens/", views.tokens, name="tokens"),
    path("tokens/<int:token_id>/delete/", views.delete_token, name="delete_token"),
]

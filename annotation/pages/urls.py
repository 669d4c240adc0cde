from django.urls import path

from annotation.pages import (
    annotate,
    documents,
    guide,
    members,
    my_corrections,
    my_work,
    new_project,
    practice,
    projects,
    settings,
)

urlpatterns = [
    path("", projects.project_list, name="projects"),
    path("start/", guide.start, name="start"),
    path("projects/new/", new_project.choose_template, name="new_project"),
    path("projects/new/<slug:template>/", new_project.new_from_template, name="new_from_template"),
    path("projects/<int:project_id>/", projects.project_home, name="project"),
    path("projects/<int:project_id>/sample/", guide.add_sample, name="add_sample"),
    path("projects/<int:project_id>/annotate/", annotate.annotate, name="annotate"),
    path("projects/<int:project_id>/documents/", documents.document_list, name="documents"),
    path("projects/<int:project_id>/documents/<int:document_id>/", documents.document_page, name="document"),
    path("projects/<int:project_id>/me/", my_work.my_work, name="my_work"),
    path("projects/<int:project_id>/me/corrections/", my_corrections.my_corrections, name="my_corrections"),
    path("projects/<int:project_id>/practice/", practice.practice, name="practice"),
    path("projects/<int:project_id>/practice/add/", practice.add, name="add_practice"),
    path("projects/<int:project_id>/practice/draw/", practice.draw, name="draw_practice"),
    path("projects/<int:project_id>/practice/items/<int:item_id>/", practice.change, name="change_practice"),
    path("projects/<int:project_id>/practice/people/<int:membership_id>/", practice.person, name="practice_person"),
    path("projects/<int:project_id>/members/", members.member_list, name="members"),
    path("projects/<int:project_id>/members/<int:membership_id>/", members.change_member, name="change_member"),
    path("projects/<int:project_id>/members/<int:membership_id>/remove/", members.remove, name="remove_member"),
    path("projects/<int:project_id>/settings/", settings.project_settings, name="project_settings"),
    path("projects/<int:project_id>/delete/", settings.delete, name="delete_project"),
]

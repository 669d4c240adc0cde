"""Read the columns of the reports again from the rows."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from annotation.projects.models import Project
from annotation.quality.services import rebuild


class Command(BaseCommand):
    help = "Build again what the reports read, of all projects or of one."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("project", nargs="*", type=int)

    def handle(self, *args: Any, **options: Any) -> None:  # Any: Django's own signature
        wanted = options["project"]
        projects = Project.objects.filter(pk__in=wanted) if wanted else Project.objects.all()
        for project_id in projects.order_by("pk").values_list("pk", flat=True):
            print(f"project {project_id}: {rebuild(project_id)} documents")

"""Make the sample people and the sample project. Asking again changes nothing but a new demo password."""

import os
import secrets
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from annotation.imports.models import ImportState
from annotation.pages.sample import import_sample
from annotation.people.models import User
from annotation.projects.models import Project, Role
from annotation.projects.services import add_member, create_project

NAME = "Support tickets"
CAST = (("mia", Role.MANAGER), ("rui", Role.REVIEWER), ("alice", Role.ANNOTATOR), ("bob", Role.ANNOTATOR))


class Command(BaseCommand):
    help = "Load the sample people (alice, bob, rui, mia) and the project “Support tickets”; development only."

    def handle(self, *args: Any, **options: Any) -> None:  # Any: Django's own signature
        if settings.PRODUCTION:
            raise CommandError("No sample people in production.")
        people = make_people(os.environ.get("COLLABWEB_DEMO_PASSWORD", ""))
        project = make_project(people)
        row = import_sample(project=project, user=people["mia"])
        if row.state != ImportState.SUCCEEDED:
            problems = "; ".join(str(problem) for problem in row.rejected[:5])
            raise CommandError(f"The sample texts could not be imported: {row.error} {problems}")
        self.stdout.write(f"Project “{project.name}” holds {row.imported} sample texts.")


@transaction.atomic
def make_people(password: str) -> dict[str, User]:
    """With an empty password a new person gets a random one that nobody knows, and an old one keeps theirs."""
    people = {}
    for name, _role in CAST:
        user, is_new = User.objects.get_or_create(username=name)
        if password and not user.check_password(password):
            user.set_password(password)
            user.save(update_fields=["password"])
        elif is_new:
            user.set_password(secrets.token_urlsafe(24))
            user.save(update_fields=["password"])
        people[name] = user
    return people


@transaction.atomic
def make_project(people: dict[str, User]) -> Project:
    manager = people["mia"]
    project = Project.objects.filter(created_by=manager, name=NAME).order_by("id").first()
    if project is None:
        project = create_project(user=manager, name=NAME, template="tickets")
    present = set(project.memberships.values_list("user__username", flat=True))
    for name, role in CAST:
        if name not in present:
            add_member(project=project, username=name, role=role)
    return project

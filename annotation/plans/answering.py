"""Whether rules let a person answer a document that they opened by its address: as lending would, or they had it."""

from dataclasses import dataclass
from datetime import datetime

from django.db import connection
from django.utils.translation import gettext as _

from annotation.people.models import User
from annotation.plans.lending import refusal_of_lane
from annotation.projects.models import Project, Role

# Whoever was lent the document once may still answer it: an answer may come late, from a browser without a network.
_HAD_IT = """
    SELECT role <> %(annotator)s
        OR EXISTS (SELECT 1 FROM annotation_assignment WHERE document_id = %(document)s AND user_id = %(user)s)
        OR EXISTS (SELECT 1 FROM annotation_annotation WHERE document_id = %(document)s AND user_id = %(user)s)
    FROM annotation_membership WHERE project_id = %(project)s AND user_id = %(user)s
"""


@dataclass(frozen=True, slots=True)
class Placed:
    """A document and its lane; None before it is placed."""

    pk: int
    lane: int | None


def rule_against(*, project: Project, user: User, document: Placed, now: datetime) -> str:
    """The kind of rule that keeps the document from this person, or "unplaced"; "" where they may answer it.

    Reviewers and managers may answer everything. No statement without a plan, one for what was lent, else three.
    """
    if not project.plan_number:
        return ""
    values: dict[str, str | int] = {
        "annotator": Role.ANNOTATOR.value,
        "document": document.pk,
        "user": user.pk,
        "project": project.pk,
    }
    with connection.cursor() as cursor:
        cursor.execute(_HAD_IT, values)
        [is_free] = cursor.fetchone() or (False,)
    return "" if is_free else refusal_of_lane(project=project, user=user, lane=document.lane, now=now)


def words_for(rule: str) -> str:
    return {
        "people": _("A rule of this project keeps this document for other people."),
        "language": _("A rule of this project gives this document to people who read its language."),
        "skill": _("A rule of this project gives this document to people who are good enough at its labels."),
        "load": _("You have as many documents as a rule of this project allows, in hand or today."),
        "unplaced": _("The rules of this project have not placed this document yet. Try again in a moment."),
    }[rule]

"""Read a project's label sets as the rules that answers are checked against."""

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import Q

from annotation.answers.rules import LabelSetRule
from annotation.projects.models import LabelSet


def rules_for(project_id: int) -> list[LabelSetRule]:
    """One statement: every save asks for it."""
    rows = LabelSet.objects.filter(project_id=project_id).annotate(
        label_names=ArrayAgg("labels__name", filter=Q(labels__isnull=False), default=[])
    )
    return [
        LabelSetRule(
            name=row.name,
            kind=row.kind,
            required=row.required,
            overlap=row.overlap,
            labels=frozenset(row.label_names),
            max_spans=row.max_spans,
            part_role=row.part_role,
        )
        for row in rows
    ]

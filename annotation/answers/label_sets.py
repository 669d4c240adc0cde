"""Read a project's label sets as the rules that answers are checked against."""

import json
from collections.abc import Iterable
from typing import Any, TypeVar

from django.db import connection
from django.db.models import JSONField, QuerySet
from django.db.models.expressions import RawSQL

from annotation.answers.rules import LabelSetRule

_RULES = """
    SELECT coalesce(json_agg(json_build_object('name', name, 'kind', kind, 'required', required, 'overlap', overlap,
        'labels', ARRAY(SELECT label.name FROM annotation_label AS label WHERE label.label_set_id = label_set.id),
        'max_spans', max_spans, 'part_role', part_role) ORDER BY position, id), '[]')
    FROM annotation_labelset AS label_set WHERE project_id =
"""

Rows = TypeVar("Rows", bound=QuerySet[Any])  # Any: of whatever model


def rules_for(project_id: int) -> list[LabelSetRule]:
    """One statement."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT ({_RULES} %s)::text", [project_id])
        row = cursor.fetchone()
    return rules_from(json.loads(row[0] if row else "[]"))


def with_rules(rows: Rows, project: str) -> Rows:
    """Each with `rules`, for `rules_from`: every save asks for them. `project`: the column that names the project."""
    return rows.annotate(rules=RawSQL(f"({_RULES} {project})::jsonb", [], output_field=JSONField()))


def rules_from(found: Iterable[dict[str, Any]]) -> list[LabelSetRule]:  # Any: JSON
    return [LabelSetRule(**{**each, "labels": frozenset(each["labels"])}) for each in found]

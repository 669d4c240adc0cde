"""Read a project's label sets as the rules that answers are checked against."""

from annotation.answers.rules import LabelSetRule
from annotation.projects.models import Label, LabelSet


def rules_for(project_id: int) -> list[LabelSetRule]:
    labels: dict[int, set[str]] = {}
    rows = Label.objects.filter(label_set__project_id=project_id).values_list("label_set_id", "name")
    for label_set_id, name in rows:
        labels.setdefault(label_set_id, set()).add(name)
    return [
        LabelSetRule(
            name=label_set.name,
            kind=label_set.kind,
            required=label_set.required,
            overlap=label_set.overlap,
            labels=frozenset(labels.get(label_set.pk, ())),
            max_spans=label_set.max_spans,
            part_role=label_set.part_role,
        )
        for label_set in LabelSet.objects.filter(project_id=project_id)
    ]

"""Who says what where something else is right: people against gold, and the model against gold."""

import numpy as np
from django.utils.translation import gettext as _

from annotation.projects.models import LabelSet
from annotation.quality.agreement import wilson
from annotation.quality.compared import Compared
from annotation.quality.reading import Ints
from modelops.reports.inputs import Inputs
from modelops.reports.shapes import Cell, Column, Table, Unit

# A larger matrix is no picture any more: then the most frequent mix-ups are listed instead.
LARGEST_MATRIX = 12
MOST_MIX_UPS = 20
TINTS = 5


def confusion(inputs: Inputs, label_set: LabelSet, found: Compared, key: str, **counts: object) -> list[Table]:
    """Rows: what is right; columns: what was said. A cell tells documents; several people may share one."""
    labels = _in_use(label_set, found)
    number = documents_by(found, labels)
    if not number.sum():
        return []
    behind = {**counts, "label_set": label_set.pk}
    if len(labels) > LARGEST_MATRIX:
        return [_mix_ups(inputs, labels, number, key, behind)]
    return [_matrix(inputs, labels, number, key, behind)]


def _in_use(label_set: LabelSet, found: Compared) -> list[int]:
    """In the project's order; no label comes last."""
    used = set(np.unique(found.said.value).tolist()) | set(np.unique(found.right).tolist())
    return [label.pk for label in label_set.labels.all() if label.pk in used] + ([0] if 0 in used else [])


def documents_by(found: Compared, labels: list[int]) -> Ints:
    """Shape [right, said]: documents, each once a cell."""
    width = len(labels)
    order = np.argsort(labels)
    ranked = np.array(labels, dtype=np.int64)[order]
    place = order[np.searchsorted(ranked, found.right)] * width + order[np.searchsorted(ranked, found.said.value)]
    once = np.unique(np.stack([place, found.said.document]), axis=1)[0] if len(place) else place
    return np.bincount(once, minlength=width * width).astype(np.int64).reshape(width, width)


def _matrix(inputs: Inputs, labels: list[int], number: Ints, key: str, behind: dict[str, object]) -> Table:
    none = _("none")
    columns = [Column("right", _("Right"), Unit.TEXT)]
    columns += [Column(f"said_{pk}", inputs.label(pk, none)) for pk in labels]
    columns.append(Column("recall", _("Found"), Unit.SHARE, has_interval=True))
    rows = []
    for place, right in enumerate(labels):
        total = int(number[place].sum())
        cells = [
            _cell(inputs, int(number[place, at]), total, {**behind, "right": right, "said": said}, is_hit=right == said)
            for at, said in enumerate(labels)
        ]
        hits = int(number[place, place])
        recall = Cell(hits / total, *wilson(hits, total)) if total else Cell()
        rows.append([Cell(inputs.label(right, none)), *cells, recall])
    help_text = _("Rows: what is right. Columns: what was said. A cell opens its documents.")
    return Table(key, _("What is taken for what"), columns, rows, help_text, is_matrix=True)


def _cell(inputs: Inputs, count: int, total: int, behind: dict[str, object], *, is_hit: bool) -> Cell:
    share = count / total if total else 0
    # An error of a fifth of the row is as dark as it gets.
    tint = min(TINTS, int(np.ceil(share * TINTS * (1 if is_hit else 5)))) if count else 0
    return Cell(
        count,
        figure=inputs.behind("confusion", **behind) if count else "",
        tint=tint,
        is_hit=is_hit,
        is_miss=not is_hit,
    )


def _mix_ups(inputs: Inputs, labels: list[int], number: Ints, key: str, behind: dict[str, object]) -> Table:
    none = _("none")
    wrong = number * (1 - np.eye(len(labels), dtype=np.int64))
    most = np.argsort(-wrong.ravel(), kind="stable")[:MOST_MIX_UPS]
    rows = []
    for at in most.tolist():
        right, said = labels[at // len(labels)], labels[at % len(labels)]
        if wrong.ravel()[at]:
            figure = inputs.behind("confusion", **behind, right=right, said=said)
            found = Cell(int(wrong.ravel()[at]), figure=figure)
            rows.append([Cell(inputs.label(right, none)), Cell(inputs.label(said, none)), found])
    columns = [Column("right", _("Right"), Unit.TEXT), Column("said", _("Said"), Unit.TEXT)]
    return Table(key, _("The most frequent mix-ups"), [*columns, Column("documents", _("Documents"))], rows)

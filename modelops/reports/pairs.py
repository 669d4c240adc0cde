"""How far every two people agree: the raw share as a picture, and figures beyond chance in a table."""

import numpy as np
from django.utils.translation import gettext as _

from annotation.projects.models import Kind, LabelSet
from annotation.quality.agreement import FEWEST_DOCUMENTS, wilson
from annotation.quality.bootstrap import Interval
from annotation.quality.compared import Pairs
from annotation.quality.kappa import cohen_kappa
from annotation.quality.reading import Given
from annotation.quality.span_agreement import span_agreement
from annotation.quality.spans_read import marks_of
from modelops.reports.inputs import Inputs
from modelops.reports.shapes import Cell, Column, Table, Unit

# A larger matrix of people is no picture any more; those who share most documents are shown.
MOST_PEOPLE = 24
MOST_PAIRS = 50


def pairs_table(inputs: Inputs, label_set: LabelSet, rows: Given, pairs: Pairs, key: str) -> list[Table]:
    """Those who share most documents, in the order of names; fewer than FEWEST_DOCUMENTS say nothing."""
    found = []
    for one, other, number in _frequent(inputs, pairs):
        figure = inputs.behind("pair", label_set=label_set.pk, one=min(one, other), other=max(one, other))
        name = Cell(f"{inputs.name_of(one)} – {inputs.name_of(other)}")
        found.append([name, Cell(number, figure=figure), *_beyond(inputs, label_set, rows, (one, other))])
    if not found:
        return []
    is_span = label_set.kind == Kind.SPAN
    columns = [
        Column("name", _("Two people"), Unit.TEXT),
        Column("documents", _("Documents")),
        Column("raw", _("F1, strict") if is_span else _("Raw agreement"), Unit.FIGURE, has_interval=True),
        Column("beyond", _("Alpha over characters") if is_span else _("Cohen's kappa"), Unit.FIGURE, has_interval=True),
    ]
    return [Table(f"{key}_two", _("Every two people, beyond chance"), columns, found)]


def _frequent(inputs: Inputs, pairs: Pairs) -> list[tuple[int, int, int]]:
    both = np.stack([pairs.one, pairs.other])
    two, number = np.unique(both, axis=1, return_counts=True)
    order = [at for at in np.argsort(-number, kind="stable")[:MOST_PAIRS] if number[at] >= FEWEST_DOCUMENTS]
    place = {pk: at for at, pk in enumerate(inputs.user_ids)}
    found = []
    for at in order:
        one, other = sorted(two[:, at].tolist(), key=place.__getitem__)
        found.append((one, other, int(number[at])))
    return sorted(found, key=lambda row: (place[row[0]], place[row[1]]))


def _beyond(inputs: Inputs, label_set: LabelSet, rows: Given, two: tuple[int, int]) -> list[Cell]:
    one, other = (rows.where(np.flatnonzero(rows.user == pk)) for pk in two)
    _shared, left, right = np.intersect1d(one.document, other.document, return_indices=True)
    if label_set.kind == Kind.SPAN:
        both = rows.where(np.isin(rows.voice, np.concatenate([one.voice[left], other.voice[right]])))
        found = span_agreement(marks_of(inputs.columns, label_set.pk, both))
        return [_cell(found.strict), _cell(found.alpha)]
    same = one.value[left] == other.value[right]
    share = float(same.mean())
    return [Cell(share, *wilson(int(same.sum()), len(same))), _cell(cohen_kappa(one.value[left], other.value[right]))]


def heat_map(inputs: Inputs, label_set: LabelSet, pairs: Pairs, key: str) -> list[Table]:
    """Raw agreement of every two people; a cell opens where they differ."""
    people = _most_shared(inputs, pairs)
    if len(people) < 2:
        return []
    index = {pk: place for place, pk in enumerate(people)}
    width = len(people)
    place = np.full(max(people) + 1, -1)
    place[people] = np.arange(width)
    kept = pairs.where((pairs.one <= max(people)) & (pairs.other <= max(people)))
    kept = kept.where((place[kept.one] >= 0) & (place[kept.other] >= 0))
    cells = place[kept.one] * width + place[kept.other]
    total = np.bincount(cells, minlength=width * width).reshape(width, width)
    same = np.bincount(cells, kept.is_same, width * width).reshape(width, width)
    total, same = total + total.T, same + same.T
    rows = [
        [
            Cell(inputs.name_of(one)),
            *(
                _heat_cell(
                    inputs, label_set, (one, other), float(total[at, index[other]]), float(same[at, index[other]])
                )
                for other in people
            ),
        ]
        for at, one in enumerate(people)
    ]
    columns = [Column("name", _("Person"), Unit.TEXT)]
    columns += [Column(f"person_{pk}", inputs.name_of(pk), Unit.SHARE, has_interval=True) for pk in people]
    help_text = _("How often two people give the same answer. A cell opens the documents that both answered.")
    return [Table(f"{key}_pairs", _("Every two people"), columns, rows, help_text, is_matrix=True)]


def _most_shared(inputs: Inputs, pairs: Pairs) -> list[int]:
    people, number = np.unique(np.concatenate([pairs.one, pairs.other]), return_counts=True)
    most = {int(pk) for pk in people[np.argsort(-number)][:MOST_PEOPLE]}
    return [pk for pk in inputs.user_ids if pk in most]


def _heat_cell(inputs: Inputs, label_set: LabelSet, two: tuple[int, int], total: float, same: float) -> Cell:
    if not total or two[0] == two[1]:
        return Cell()
    share = float(same / total)
    low, high = wilson(float(same), int(total))
    figure = inputs.behind("pair", label_set=label_set.pk, one=min(two), other=max(two))
    return Cell(share, low, high, figure, tint=min(5, int(share * 5) + 1))


def _cell(found: Interval) -> Cell:
    return Cell(found.value, found.low, found.high)

"""What a person changed in the model's answers, by label and kind of correction. Pure."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from annotation.answers.answer import Answer
from annotation.answers.diff import Correction, CorrectionKind, corrections

KINDS: tuple[CorrectionKind, ...] = ("accepted", "relabeled", "moved", "added", "removed")


@dataclass(frozen=True, slots=True)
class LabelTally:
    """Corrections of one label, counted by kind. A changed label stands under the one that the model had given."""

    label_set: str
    label: str
    counts: dict[CorrectionKind, int]

    @property
    def total(self) -> int:
        return sum(self.counts.values())


def label_of(correction: Correction, text_sets: Sequence[str] = ()) -> str:
    """The label a correction is counted under; empty for a drafted text, which has none."""
    if correction.label_set in text_sets:
        return ""
    return correction.predicted or correction.given or ""


def tally(
    answers: Iterable[tuple[Answer, Answer]], label_sets: Sequence[str], text_sets: Sequence[str] = ()
) -> list[LabelTally]:
    """Over pairs of prediction and given answer: label sets in this order, the most corrected labels first."""
    counts: Counter[tuple[str, str, CorrectionKind]] = Counter()
    for predicted, given in answers:
        for correction in corrections(predicted, given):
            # Nothing proposed and nothing given is no correction and no acceptance either.
            if correction.predicted is not None or correction.given is not None:
                counts[correction.label_set, label_of(correction, text_sets), correction.kind] += 1
    labels = {(label_set, label) for label_set, label, _ in counts}
    rows = [
        LabelTally(label_set, label, {kind: counts[label_set, label, kind] for kind in KINDS})
        for label_set, label in labels
        if label_set in label_sets
    ]
    return sorted(
        rows, key=lambda row: (label_sets.index(row.label_set), row.counts["accepted"] - row.total, row.label)
    )

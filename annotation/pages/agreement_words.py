"""Agreement in plain words: what the figure says and how sure it is, never who is better."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from annotation.quality.agreement import FEWEST_DOCUMENTS, Agreement


@dataclass(frozen=True, slots=True)
class Reading:
    """Shares as percentages."""

    title: str
    agreement: Agreement
    percent: int
    low: int
    high: int
    words: str


def readings(found: Iterable[Agreement], titles: Mapping[str, str]) -> list[Reading]:
    """Label sets that nobody compared yet are left out."""
    return [
        Reading(
            titles.get(row.label_set, row.label_set),
            row,
            round(100 * row.value),
            round(100 * row.low),
            round(100 * row.high),
            words_for(row),
        )
        for row in found
        if row.documents
    ]


def words_for(row: Agreement) -> str:
    if not row.is_enough:
        left = FEWEST_DOCUMENTS - row.documents
        figures = {"needed": FEWEST_DOCUMENTS, "count": left}
        return (
            ngettext(
                "Not enough yet: %(needed)d needed, %(count)d more.",
                "Not enough yet: %(needed)d needed, %(count)d more.",
                left,
            )
            % figures
        )
    if row.value >= 0.9:
        return _("Nearly always the same.")
    if row.value >= 0.75:
        return _("Mostly the same.")
    if row.value >= 0.5:
        return _("Often different: a look at the guidelines together may help.")
    return _("More often different than the same: ask what the guidelines mean here.")

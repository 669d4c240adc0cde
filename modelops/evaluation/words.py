"""Comparisons and figures in plain words, in the reader's language."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from modelops.evaluation.compare import Comparison

Titles = Mapping[str, str]


def verdict_words(comparison: Comparison) -> str:
    """One sentence; empty where nothing was compared."""
    verdict = comparison.get("verdict")
    figures = {"number": comparison.get("against"), "count": comparison.get("documents", 0)}
    if verdict == "first":
        return _("This is the first version, there is nothing to compare it with.")
    if verdict == "unknown":
        return (
            ngettext(
                "Not enough to compare: only %(count)d test document.",
                "Not enough to compare: only %(count)d test documents.",
                figures["count"],
            )
            % figures
        )
    if verdict == "better":
        return _("Better than version %(number)s on the same %(count)d test documents.") % figures
    if verdict == "not_worse":
        return _("No worse than version %(number)s on the same %(count)d test documents.") % figures
    if verdict == "worse":
        return _("Worse than version %(number)s on the same %(count)d test documents.") % figures
    return ""


def figure_words(comparison: Comparison, titles: Titles | None = None) -> list[str]:
    """For each label set how good both versions are, a sentence each."""
    number = comparison.get("against")
    return [
        _both(row, (titles or {}).get(name, name), number) for name, row in comparison.get("label_sets", {}).items()
    ]


def _both(row: Mapping[str, Any], name: str, number: object) -> str:  # Any: JSON
    figures = {
        "name": name,
        "number": number,
        "new": 100 * row["candidate"],
        "old": 100 * row["production"],
        "count": row["documents"],
    }
    if row["kind"] == "choice":
        return (
            _("%(name)s: right in %(new).1f %% of %(count)d test documents, version %(number)s in %(old).1f %%.")
            % figures
        )
    return _("%(name)s: F1 %(new).1f %% on %(count)d test documents, version %(number)s %(old).1f %%.") % figures


def reason_words(comparison: Comparison, titles: Titles | None = None) -> list[str]:
    """What speaks against the candidate, a sentence each."""
    return [_reason(reason, titles or {}) for reason in comparison.get("reasons", [])]


def _reason(reason: dict[str, Any], titles: Titles) -> str:  # Any: JSON
    name = titles.get(reason["label_set"], reason["label_set"])
    if reason["code"] == "may_be_worse":
        figures = {"name": name, "low": -100 * reason["low"], "margin": 100 * reason["margin"]}
        return _("%(name)s: may be up to %(low).1f points worse; %(margin).1f are allowed.") % figures
    if reason["code"] == "more_lost_than_won":
        figures = {"name": name, "lost": reason["lost"], "won": reason["won"]}
        return _("%(name)s: %(lost)d documents became wrong and only %(won)d became right.") % figures
    figures = {
        "name": name,
        "label": reason["label"],
        "before": 100 * reason["before"],
        "after": 100 * reason["after"],
        "support": reason["support"],
    }
    return (
        _("%(name)s: “%(label)s” was found in %(before).0f %% of %(support)d cases, now in %(after).0f %%.") % figures
    )

"""A comparison in plain words, in the reader's language."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from modelops.evaluation.compare import Comparison


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


def reason_words(comparison: Comparison) -> list[str]:
    """What speaks against the candidate, a sentence each."""
    return [_reason(reason) for reason in comparison.get("reasons", [])]


def _reason(reason: dict[str, Any]) -> str:  # Any: JSON
    name = reason["label_set"]
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

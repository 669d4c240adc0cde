"""What came of the options of a run, told with its version. Pure."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from modelops.evaluation.fewer_bits import int8_words

Told = dict[str, Any]  # Any: JSON


def options_of(figures: Mapping[str, float]) -> Told:
    """The part of a checkpoint's figures that people should know of; empty for an ordinary run."""
    told: Told = {}
    if "privacy_epsilon" in figures:
        told["privacy"] = {
            "epsilon": figures["privacy_epsilon"],
            "delta": figures["privacy_delta"],
            "unit": "document",
            "adapter": bool(figures.get("privacy_adapter")),
        }
    if "ensemble_members" in figures:
        told["ensemble"] = {
            "members": int(figures["ensemble_members"]),
            "kept": bool(figures["ensemble_kept"]),
            "loss": figures.get("ensemble_loss"),
            "best_member_loss": figures.get("best_member_loss"),
        }
    if figures.get("pieces", 1) > 1:
        told["pieces"] = int(figures["pieces"])
    return told


def option_words(metrics: Mapping[str, Any]) -> list[str]:  # Any: JSON
    """A sentence for each option that a version's metrics tell of."""
    words = []
    if "privacy" in metrics:
        words += _privacy_words(metrics["privacy"])
    if "ensemble" in metrics:
        words.append(_ensemble_words(metrics["ensemble"]))
    if "pieces" in metrics:
        count = {"count": metrics["pieces"]}
        words.append(_("Memory was short: each step was taken in %(count)d pieces.") % count)
    if "int8" in metrics:
        words.append(int8_words(metrics["int8"]))
    return words


def _privacy_words(spent: Mapping[str, Any]) -> list[str]:  # Any: JSON
    taught = (
        _("The adapter and the heads learned with noise.")
        if spent.get("adapter")
        else _("The heads learned with noise; the adapter did not learn.")
    )
    return [
        _(
            "Learned with differential privacy: epsilon %(epsilon).2f at delta %(delta).1e for each training "
            "document and this one version."
        )
        % spent,
        taught,
        _(
            "Not covered by this: fast heads, the figures on test documents, the curve of the loss, the number of "
            "documents, and the counts of labels that it learned from."
        ),
    ]


def _ensemble_words(found: Mapping[str, Any]) -> str:  # Any: JSON
    figures = {
        "count": found["members"],
        "mean": found.get("loss") or 0.0,
        "best": found.get("best_member_loss") or 0.0,
    }
    if found.get("loss") is None:
        return _("The mean of %(count)d networks; too little gold to hold it against each of them.") % figures
    if found["kept"]:
        return _("The mean of %(count)d networks: held-out loss %(mean).3f, the best alone %(best).3f.") % figures
    return (
        _("The mean of %(count)d networks was no better (held-out loss %(mean).3f) than the best alone (%(best).3f), "
          "which is used.")
        % figures
    )  # fmt: skip

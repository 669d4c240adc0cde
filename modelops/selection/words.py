"""Which function a project uses and why, and why a document comes next: in words, for pages."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from modelops.selection.models import Draw
from modelops.selection.order import BATCH
from modelops.selection.policy import CHANCE_START, COLD_START, FEW_LABELS, FEW_LABELS_START

FUNCTION_WORDS: dict[str, Promise] = {
    "random": gettext_lazy("Random order"),
    "covering": gettext_lazy("Documents that stand for most others first"),
    "typical": gettext_lazy("Typical documents first"),
    "margin": gettext_lazy("Least sure first"),
    "margin_clusters": gettext_lazy("Least sure first, each of another kind"),
    "uncertain_tokens": gettext_lazy("Most uncertain words first"),
    "badge": gettext_lazy("Least sure and unlike each other (BADGE)"),
    "core_set": gettext_lazy("Unlike everything labeled (core-set)"),
}
REASON_WORDS: dict[str, Promise] = {
    "set": gettext_lazy("A manager has chosen it in the settings."),
    "nothing_to_learn": gettext_lazy("No label set here is answered by a model, so no document teaches more."),
    "few_labels": gettext_lazy(
        "With at most %(few)d labels, chance finds all of them, and what a young model doubts is mostly noise: "
        "below %(few_start)d gold answers a random order learns at least as fast."
    ),
    "not_embedded": gettext_lazy("Texts can't be compared yet: they are not embedded. Until then chance decides."),
    "no_model": gettext_lazy("The chosen order asks a model, and none has answered yet. Until then chance decides."),
    "no_model_yet": gettext_lazy(
        "No model has answered yet: what comes next stands for as many texts without gold as can be."
    ),
    "cold_start": gettext_lazy(
        "Below %(start)d gold answers a model's doubt says little. First come the documents that together stand for "
        "most of the others, so that every kind is met soon."
    ),
    "spans_start": gettext_lazy(
        "Before a model has learned from %(chance_start)d gold answers, its doubt about spans says little. Every text "
        "holds words of many kinds, so a random order learns at least as fast."
    ),
    "spans": gettext_lazy("Spans are learned where the model doubts whether one begins; long texts get no advantage."),
    "spans_and_diverse": gettext_lazy(
        "Spans are learned where the model doubts whether one begins; long texts get no advantage. Of like texts one "
        "is enough, so the next %(batch)d are spread over as many groups."
    ),
    "doubtful": gettext_lazy("The model learns most where its two likeliest labels lie close together."),
    "doubtful_and_diverse": gettext_lazy(
        "The model learns most where its two likeliest labels lie close together; of like texts one is enough, so the "
        "next %(batch)d are spread over as many groups."
    ),
}


def function_words(function: str) -> str:
    return str(FUNCTION_WORDS.get(function, function))


def reason_words(reason: str) -> str:
    figures = {"few": FEW_LABELS, "few_start": FEW_LABELS_START, "start": COLD_START, "batch": BATCH}
    figures["chance_start"] = CHANCE_START
    return str(REASON_WORDS.get(reason, "")) % figures


def trusted_words(trusted: Sequence[str], titles: Mapping[str, str]) -> str:
    """`trusted`: the label sets whose labels' words took part in the order; nothing where there are none."""
    named = [titles[name] for name in trusted if name in titles]
    if not named:
        return ""
    return _(
        "The words of the labels take part, for gold bears them out (%(label_sets)s): texts that may belong to a label "
        "with little gold come sooner."
    ) % {"label_sets": ", ".join(named)}


def document_words(
    draw: Draw | None, urgency: int, confidence: Mapping[str, Any], titles: Mapping[str, str]
) -> str:  # Any: JSON
    """Why this document stands where it does. `confidence`: its prediction's, as stored. `titles`: by label set."""
    if urgency:
        return _("Put first by a manager.") if urgency > 0 else _("Put last by a manager.")
    if draw is None or not draw.function:
        return _("Not ranked yet: it came after the last ranking.")
    if draw.is_random:
        return _("Drawn at random, with a chance of %(percent).0f %%.") % {"percent": 100 * draw.probability}
    if draw.function in ("covering", "typical") and draw.group_size:
        return _typical(draw.group_size)
    if draw.function == "core_set":
        return _("Far from everything labeled so far.")
    words = _doubtful(draw, confidence, titles)
    return f"{words} {_for_group(draw.group_size)}".strip()


def _typical(size: int) -> str:
    sentence = ngettext(
        "Typical of a group of %(count)d text like it.", "Typical of a group of %(count)d texts like it.", size
    )
    return sentence % {"count": size}


def _for_group(size: int) -> str:
    if size < 2:
        return ""
    return ngettext("It stands for %(count)d text.", "It stands for %(count)d doubtful texts.", size) % {"count": size}


def _doubtful(draw: Draw, confidence: Mapping[str, Any], titles: Mapping[str, str]) -> str:  # Any: JSON
    """Of the label set that is doubted most, among those a reader knows."""
    doubts = {name: value for name, value in draw.doubts.items() if name in titles}
    if not doubts:
        return _("The model has not answered it yet.")
    name = max(doubts, key=lambda key: float(doubts[key]))
    found, title = confidence.get(name), titles[name]
    if isinstance(found, Mapping) and len(found) > 1:
        (first, one), (second, other), *_rest = sorted(found.items(), key=lambda pair: -pair[1])
        figures = {"title": title, "first": first, "one": 100 * one, "second": second, "other": 100 * other}
        return _("%(title)s: unsure between %(first)s (%(one).0f %%) and %(second)s (%(other).0f %%).") % figures
    return _("%(title)s: the model is unsure about it.") % {"title": title}

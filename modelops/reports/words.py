"""Figures in plain words: what they say and how sure it is, never who is better."""

from django.utils.translation import gettext as _

from annotation.quality.bootstrap import Interval

# Krippendorff (2004, "Content Analysis"): rely on .800 and more, conclude tentatively from .667 on.
RELIABLE, TENTATIVE = 0.8, 0.667
# Raw agreement so high beside an alpha so low means that one label is far the most frequent.
SKEWED_RAW, SKEWED_ALPHA = 0.85, 0.5


def agreement_words(raw: Interval, beyond: Interval, *, is_span: bool) -> list[str]:
    if not beyond.is_known:
        return [_("Everybody gives one and the same label: agreement beyond chance can't be told apart from habit.")]
    found = [_reading(beyond)]
    if raw.is_known and not is_span:
        said = {"percent": round(100 * raw.value)}
        found.append(_("Of two people, both give the same in %(percent)d of 100 documents.") % said)
        if raw.value >= SKEWED_RAW and beyond.value < SKEWED_ALPHA:
            found.append(
                _("One label is far the most frequent, which makes alpha low whatever people do: read AC1 as well.")
            )
    if beyond.low < TENTATIVE <= beyond.value:
        found.append(_("The range reaches below what can be relied on: more shared documents would tell."))
    return found


def _reading(beyond: Interval) -> str:
    if beyond.value >= RELIABLE:
        return _("Reliable: people understand the labels alike.")
    if beyond.value >= TENTATIVE:
        return _("Good enough for careful conclusions: a look at the labels in doubt would pay.")
    if beyond.value >= 0.4:
        return _("Not reliable yet: people read the guidelines differently. Talk about the labels in doubt first.")
    return _("Hardly better than chance: the guidelines don't decide these cases.")

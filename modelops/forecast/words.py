"""An outlook in words that a manager understands."""

from math import isfinite

from django.utils.translation import gettext as _

from modelops.forecast.curve import Range
from modelops.forecast.outlook import SMALL_GAIN, Outlook


def outlook_words(outlook: Outlook | None, target: int) -> list[str]:
    """The goal first, then what the next documents bring. `target` in percent."""
    if outlook is None:
        return [_("There is no curve yet.")]
    words = [_goal_words(outlook, target)]
    if outlook.state in ("ahead", "doubtful") and outlook.hours is not None:
        hours = {"hours": f"{outlook.hours.value:.1f}", "range": _range(outlook.hours, 1)}
        if isfinite(outlook.hours.value):
            words.append(_("At the present pace that is about %(hours)s hours of work (%(range)s).") % hours)
    return [*words, _gain_words(outlook)]


def _goal_words(outlook: Outlook, target: int) -> str:
    figures = {
        "target": target,
        "now": _percent(outlook.now.value),
        "between": f"{_percent(outlook.now.low)}–{_percent(outlook.now.high)}",
        "more": f"{outlook.more.value:,.0f}",
        "range": _range(outlook.more),
    }
    if outlook.state == "reached":
        return _("The goal of %(target)d %% is reached: now about %(now)s %% (%(between)s %%).") % figures
    if outlook.state == "out_of_reach":
        return (
            _(
                "Now about %(now)s %% (%(between)s %%). More gold alone does not lead to %(target)d %%: the curve "
                "levels off below it. Clearer guidelines, clearer labels or a larger encoder may."
            )
            % figures
        )
    if not isfinite(outlook.more.value):
        return (
            _("Now about %(now)s %% (%(between)s %%). The curve most likely levels off below %(target)d %%.") % figures
        )
    return (
        _(
            "Now about %(now)s %% (%(between)s %%). About %(more)s more documents (%(range)s) have to be labeled "
            "to reach %(target)d %%."
        )
        % figures
    )


def _gain_words(outlook: Outlook) -> str:
    points = {
        "step": outlook.step,
        "gain": _percent(outlook.gain.value),
        "most": _percent(outlook.gain.high),
        "small": _percent(SMALL_GAIN),
    }
    if outlook.is_flat:
        return _("The next %(step)d documents to learn from bring less than %(small)s points.") % points
    return _("The next %(step)d documents to learn from bring about %(gain)s points, at most %(most)s.") % points


def _range(one: Range, digits: int = 0) -> str:
    low, high = (f"{end:,.{digits}f}" if isfinite(end) else "" for end in (one.low, one.high))
    return f"{low}–{high}" if high else _("%(low)s or many more") % {"low": low}


def _percent(share: float) -> str:
    return f"{100 * share:.1f}"

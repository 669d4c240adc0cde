"""An alert in words, in the reader's language: from the figures that raised it alone, without asking the database."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.dateparse import parse_datetime
from django.utils.formats import date_format, number_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from annotation.alerts.models import Alert, AlertKind
from annotation.projects.models import title_here

Figures = Mapping[str, Any]  # Any: JSON


@dataclass(frozen=True, slots=True)
class Told:
    """`title`: one line. `words`: one or two sentences. `facts`: name and value of each figure."""

    title: str
    words: str
    facts: list[tuple[str, str]]


def in_words(alert: Alert) -> Told:
    return _KINDS[alert.kind](alert.figures)


def _surge(figures: Figures) -> Told:
    topic = _titled(figures.get("topic"))
    stretch = _stretch(int(figures["window"]))
    share, usual = _percent(figures["share"]), _percent(figures["usual"])
    title = _("Surge of negative answers: %(topic)s") % {"topic": topic} if topic else _("Surge of negative answers")
    said = ngettext(
        "%(negatives)s of %(texts)s text of the last %(stretch)s is negative (%(share)s); usual is %(usual)s.",
        "%(negatives)s of %(texts)s texts of the last %(stretch)s are negative (%(share)s); usual is %(usual)s.",
        int(figures["texts"]),
    )
    told = {"negatives": _count(figures["negatives"]), "texts": _count(figures["texts"])}
    facts = [
        (_("Negative texts"), told["negatives"]),
        (_("Texts of the topic in that time"), told["texts"]),
        (_("Share of negatives"), share),
        (_("Usual share, of the four weeks before"), usual),
        (_("Texts in the four weeks before"), _count(figures["before"])),
        (_("Chance explains as many"), _once(float(figures["chance"]))),
        (_("An alert needs less than"), _once(float(figures["limit"]))),
    ]
    return Told(title, said % {**told, "stretch": stretch, "share": share, "usual": usual}, facts)


def _drift(figures: Figures) -> Told:
    what = _watched(figures)
    days = {"first": figures["first"], "last": figures["last"]}
    said = _(
        "From %(first)s to %(last)s it is distributed otherwise than at the beginning (%(before)s to %(until)s):"
        " shift (PSI) %(shift)s, and more than chance explains."
    ) % {
        **days,
        "before": figures["reference_first"],
        "until": figures["reference_last"],
        "shift": number_format(figures["shift"], 2),
    }
    facts = [
        (_("Documents"), _count(figures["documents"])),
        (_("Shift (PSI)"), number_format(figures["shift"], 2)),
        (_("Distance (JS)"), number_format(figures["distance"], 3)),
        (_("What chance explains"), number_format(figures["limit"], 3)),
    ]
    return Told(_("Drift: %(what)s") % {"what": what}, said, facts)


def _watched(figures: Figures) -> str:
    if figures["what"] == "length":
        return _("Length of the texts")
    if figures["what"] == "language":
        return _("Language of the texts")
    return _("Answers: %(name)s") % {"name": _titled(figures.get("label_set"))}


def _stalled(figures: Figures) -> Told:
    minutes, waiting, people = (int(figures[name]) for name in ("minutes", "open", "people"))
    said = ngettext(
        "%(count)s document waits and people are there, but nothing has been answered for %(minutes)s minutes.",
        "%(count)s documents wait and people are there, but nothing has been answered for %(minutes)s minutes.",
        waiting,
    ) % {"count": _count(waiting), "minutes": _count(minutes)}
    lent = int(figures["lent"])
    said += " " + (
        _("Nothing is lent: perhaps nobody may take what waits.")
        if not lent
        else _("Documents are lent, but nobody answers them.")
    )  # fmt: skip
    facts = [
        (_("Documents that wait"), _count(waiting)),
        (_("People with the screen open"), _count(people)),
        (_("Documents lent now"), _count(lent)),
        (_("Nothing answered since"), _time(figures.get("since"))),
    ]
    return Told(_("The queue stands still"), said, facts)


def _certificate(figures: Figures) -> Told:
    name = _titled(figures.get("label_set")) or _("Whole document")
    checked, wrong = figures.get("checked", 0), figures.get("wrong", 0)
    target = _percent(figures["precision"])
    if figures.get("end") == "manager":
        title = _("Certificate revoked by a manager: %(name)s") % {"name": name}
        said = _("Nothing more is accepted without a person under the promise of %(target)s.") % {"target": target}
    else:
        title = _("Certificate broken by audits: %(name)s") % {"name": name}
        said = _(
            "%(wrong)s of %(checked)s audits were wrong, which speaks against the promise of %(target)s. Nothing more"
            " is accepted under it."
        ) % {"wrong": _count(wrong), "checked": _count(checked), "target": target}
    facts = [
        (_("Promised precision"), target),
        (_("Audits answered"), _count(checked)),
        (_("Audits that were wrong"), _count(wrong)),
    ]
    return Told(title, said, facts)


def _run(figures: Figures) -> Told:
    failures = int(figures["failures"])
    said = str(figures.get("error") or _("It did not say why."))
    facts = [(_("Failed runs in a row"), _count(failures)), (_("Ended"), _time(figures.get("at")))]
    several = ngettext("%(count)s training run failed", "%(count)s training runs failed in a row", failures)
    title = several % {"count": _count(failures)} if failures > 1 else _("A training run failed")
    return Told(title, said, facts)


def _decay(figures: Figures) -> Told:
    known = {"right": _count(figures["right"]), "answers": _count(figures["answers"]), "name": figures["name"]}
    said = _("%(right)s of the newest %(answers)s answers to hidden gold were right.") % known
    said += " " + (
        _("That is less than the pass mark allows.")
        if figures["what"] == "below_mark"
        else _("That is less than this person's earlier answers let expect.")
    )  # fmt: skip
    earlier = _("%(right)s of %(answers)s") % {
        "right": _count(figures["earlier_right"]),
        "answers": _count(figures["earlier"]),
    }
    facts = [
        (_("Right, of the newest"), _("%(right)s of %(answers)s") % known),
        (_("Right, of the earlier ones"), earlier if figures["earlier"] else "–"),
        (_("Chance explains as few"), _once(float(figures["chance"]))),
    ]
    return Told(_("Worse at known answers: %(name)s") % known, said, facts)


def _titled(named: Mapping[str, Any] | None) -> str:  # Any: JSON
    return title_here(named.get("titles", {}), named.get("name", "")) if named else ""


def _stretch(minutes: int) -> str:
    """Between "of the last" and a verb."""
    if minutes < 60:
        return ngettext("%(count)d minute", "%(count)d minutes", minutes) % {"count": minutes}
    hours = minutes // 60
    if hours == 1:
        return pgettext("of the last", "hour")
    return ngettext("%(count)d hour", "%(count)d hours", hours) % {"count": hours}


def _percent(share: float) -> str:
    return f"{number_format(100 * share, 1)} %"


def _count(number: float) -> str:
    return number_format(int(number), force_grouping=True)


def _once(chance: float) -> str:
    """Two digits tell enough, and beyond a billion no number tells more."""
    if chance < 1e-9:
        return _("less than once in a billion")
    return _("once in %(number)s") % {"number": f"{int(float(f'{1 / chance:.1e}')):,}"}


def _time(raw: object) -> str:
    at = parse_datetime(raw) if isinstance(raw, str) else None
    return moment(at) if at is not None else "–"


def moment(at: datetime) -> str:
    return date_format(localtime(at), "Y-m-d H:i")


_KINDS: dict[str, Callable[[Figures], Told]] = {
    AlertKind.SURGE: _surge,
    AlertKind.DRIFT: _drift,
    AlertKind.STALLED: _stalled,
    AlertKind.CERTIFICATE: _certificate,
    AlertKind.RUN: _run,
    AlertKind.DECAY: _decay,
}

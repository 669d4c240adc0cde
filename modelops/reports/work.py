"""The queue and when it will be empty; pace; what predictions save; what it has cost so far."""

from dataclasses import dataclass
from datetime import date, timedelta
from math import ceil

import numpy as np
from django.db.models import Count
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from annotation.annotations.models import Gold
from annotation.documents.models import Document, State
from annotation.quality.asked import day_of, figure_of
from annotation.quality.bootstrap import Interval
from annotation.quality.columns import Flag
from annotation.quality.columns import Table as Voices
from annotation.quality.pace import IDLE_CAP_SECONDS
from annotation.quality.reading import Ints
from annotation.quality.timing import FEWEST_IN_ARM, Saved, hours, mean_a_day, pace, saved
from modelops.reports.drawing import bar_chart
from modelops.reports.inputs import Inputs
from modelops.reports.shapes import Cell, Chart, Column, Kpi, Report, Section, Table, Unit

FORECAST_DAYS = 14
MOST_DAYS = 60


def work_report(inputs: Inputs) -> Report:
    return Report("work", [queue_section(inputs), pace_section(inputs), savings_section(inputs), cost_section(inputs)])


def queue_section(inputs: Inputs) -> Section:
    """States are of all documents; the filter narrows the answers a day."""
    rows = Document.objects.filter(project=inputs.project).values_list("state").annotate(Count("pk")).order_by()
    counts = dict(rows)
    left = sum(counts.get(state, 0) for state in (State.NEW, State.ASSIGNED))
    days, numbers = answered_by_day(inputs)
    rate = mean_a_day(_last(inputs, FORECAST_DAYS))
    listing = reverse("documents", args=[inputs.project.pk])
    states = [
        [Cell(str(State(state).label)), Cell(counts.get(state, 0), url=f"{listing}?state={state}")] for state in State
    ]
    kpis = [
        Kpi(_("Still to do"), Cell(left), Unit.COUNT, _("new or in somebody's hands")),
        Kpi(
            _("Answers a day"), _cell(rate), Unit.FIGURE, _("mean of the last %(days)d days") % {"days": FORECAST_DAYS}
        ),
        *_end(inputs, left, rate),
    ]
    table = Table(
        "answered_by_day",
        _("Documents answered a day"),
        [Column("day", _("Day"), Unit.TEXT), Column("documents", _("Documents"))],
        [[Cell(day.isoformat()), Cell(int(n), figure=_on(inputs, day))] for day, n in zip(days, numbers, strict=True)],
    )
    chart = bar_chart(_("Documents answered a day"), [f"{day:%m-%d}" for day in days], [float(n) for n in numbers])
    return Section(
        "queue",
        _("Queue and forecast"),
        words=_forecast_words(left, rate),
        kpis=kpis,
        charts=[Chart(chart, table)] if chart else [],
        tables=[Table("states", _("Documents by state"), _two(_("State"), _("Documents")), states)],
    )


def _two(name: str, number: str) -> list[Column]:
    return [Column("name", name, Unit.TEXT), Column("documents", number)]


def _on(inputs: Inputs, day: date) -> str:
    return figure_of("answers", inputs.asked.between(day, day))


def answered_by_day(inputs: Inputs) -> tuple[list[date], Ints]:
    """The last MOST_DAYS days of what is asked for, each with how many documents were answered; empty without any."""
    voices = inputs.columns.voices[inputs.answers]
    if not len(voices):
        return [], np.zeros(0, dtype=np.int64)
    once = np.unique(np.stack([voices["minute"].astype(np.int64) // 1440, voices["document"]]), axis=1)
    numbers = once[0]
    last = int(numbers.max())
    first = max(int(numbers.min()), last - MOST_DAYS + 1)
    counts = np.bincount(numbers[numbers >= first] - first, minlength=last - first + 1)
    return [day_of(day * 1440) for day in range(first, last + 1)], counts.astype(np.int64)


def _last(inputs: Inputs, days: int) -> Ints:
    """Answers on each of the last days, today left out: it is not over."""
    end = inputs.today if inputs.asked.until is None else inputs.asked.until + timedelta(days=1)
    last = (end - date(1970, 1, 1)).days
    back = last - inputs.columns.voices["minute"][inputs.answers].astype(np.int64) // 1440
    return np.bincount(back[(back >= 1) & (back <= days)] - 1, minlength=days).astype(np.int64)


def _end(inputs: Inputs, left: int, rate: Interval) -> list[Kpi]:
    if not rate.is_known or not left:
        return []
    needed = left * inputs.project.overlap
    soonest, latest = (ceil(needed / max(n, 1e-9)) for n in (rate.high, rate.low))
    middle = inputs.today + timedelta(days=min(ceil(needed / rate.value), 3_650))
    note = _("%(soonest)d to %(latest)s days from now") % {
        "soonest": soonest,
        "latest": str(latest) if latest < 3_650 else "…",
    }
    return [Kpi(_("Done about"), Cell(middle.isoformat()), Unit.TEXT, note)]


def _forecast_words(left: int, rate: Interval) -> list[str]:
    if not left:
        return [_("Every document has an answer.")]
    if not rate.is_known:
        return [
            _("Nobody answered in the last %(days)d days: there is nothing to forecast from.") % {"days": FORECAST_DAYS}
        ]
    return [_("The forecast goes on at the pace of the last days; the range says how much that pace varies.")]


def pace_section(inputs: Inputs) -> Section:
    voices = inputs.columns.voices[inputs.timed]
    whole = pace(voices["seconds"])
    if whole is None:
        return Section("pace", _("Pace"), empty=_("No times are known yet: they come from the annotation screen."))
    rows = []
    for user in inputs.user_ids:
        own = pace(voices["seconds"][voices["user"] == user])
        if own is not None:
            figure = inputs.behind("answers", by=user, timed=1)
            rows.append(
                [
                    Cell(inputs.name_of(user), url=person_url(inputs, user)),
                    Cell(own.documents, figure=figure),
                    Cell(own.median),
                    Cell(own.lower),
                    Cell(own.upper),
                    Cell(own.capped, figure=f"{figure}&capped=1" if own.capped else ""),
                ]
            )
    seconds = [
        Column("median", _("Median"), Unit.SECONDS),
        Column("lower", _("Lower quartile"), Unit.SECONDS),
        Column("upper", _("Upper quartile"), Unit.SECONDS),
        Column("capped", _("Cut")),
    ]
    columns = [Column("name", _("Person"), Unit.TEXT), Column("documents", _("Documents")), *seconds]
    cap = {"minutes": round(IDLE_CAP_SECONDS / 60), "count": whole.capped}
    words = [
        _("The clock stands while the page is hidden. More than %(minutes)d minutes count as %(minutes)d.") % cap,
        ngettext("%(count)d time was cut so.", "%(count)d times were cut so.", whole.capped) % cap,
        _("Answers given to many documents at once have no time of their own and are left out."),
    ]
    kpis = [
        Kpi(_("Median time a document"), Cell(whole.median, figure=inputs.behind("answers", timed=1)), Unit.SECONDS),
        Kpi(_("The middle half"), Cell(f"{whole.lower:.1f}–{whole.upper:.1f} s"), Unit.TEXT),
    ]
    return Section("pace", _("Pace"), words, kpis, tables=[Table("pace", _("Pace by person"), columns, rows)])


@dataclass(frozen=True, slots=True)
class Arms:
    """Timed answers with a prediction and without, and what their times say."""

    shown: Voices
    blind: Voices
    saved: Saved | None


def arms(inputs: Inputs) -> Arms:
    voices = inputs.columns.voices[inputs.timed]
    is_blind = (voices["flags"] & Flag.BLIND) > 0
    is_shown = ~is_blind & ((voices["flags"] & Flag.SHOWN) > 0)
    shown, blind = voices[is_shown], voices[is_blind]
    return Arms(shown, blind, saved(shown["seconds"], blind["seconds"]))


def savings_section(inputs: Inputs) -> Section:
    found, title = arms(inputs), _("Time saved by predictions")
    if found.saved is None:
        needed = {"count": FEWEST_IN_ARM}
        empty = _("Known once %(count)d documents were answered without their prediction and as many with it.") % needed
        return Section("savings", title, empty=empty, links=_settings_link(inputs))
    with_figure = inputs.behind("answers", timed=1, shown=1, blind=0)
    rows = [
        [Cell(_("With prediction")), Cell(_number(found.shown), figure=with_figure), Cell(found.saved.with_prediction)],
        [
            Cell(_("Without (blind)")),
            Cell(_number(found.blind), figure=inputs.behind("answers", timed=1, blind=1)),
            Cell(found.saved.blind),
        ],
    ]
    columns = [*_two(_("Arm"), _("Documents")), Column("mean", _("Mean time"), Unit.SECONDS)]
    each, times = found.saved.a_document, len(found.shown) / 3600
    kpis = [
        Kpi(_("Time saved"), _cell(found.saved.share), Unit.SHARE, _("of the time without predictions")),
        Kpi(_("A document"), _cell(each), Unit.SECONDS),
        Kpi(_("So far"), Cell(times * each.value, times * each.low, times * each.high), Unit.HOURS),
    ]
    table = Table("savings", title, columns, rows)
    return Section("savings", title, [_saved_words(found.saved.share)], kpis, tables=[table])


def _number(voices: Voices) -> int:
    return len(np.unique(voices["document"]))


def _saved_words(share: Interval) -> str:
    if share.low > 0:
        return _(
            "Predictions save time: the whole range lies above zero. Which documents came blind was drawn by chance."
        )
    if share.high < 0:
        return _("Predictions cost time: the whole range lies below zero. A look at the model's errors is due.")
    return _("It is open whether predictions save time: the range holds zero.")


def _settings_link(inputs: Inputs) -> list[tuple[str, str]]:
    return [(_("Set a blind share"), reverse("project_settings", args=[inputs.project.pk]))]


def cost_section(inputs: Inputs) -> Section:
    voices = inputs.columns.voices[inputs.timed]
    rate, currency = inputs.project.hourly_rate, inputs.project.currency
    total = hours(voices["seconds"])
    if not total:
        return Section(
            "cost", _("Cost so far"), empty=_("No times are known yet: they come from the annotation screen.")
        )
    rows = [_cost_row(inputs, user, hours(voices["seconds"][voices["user"] == user])) for user in inputs.user_ids]
    columns = [*_two(_("Person"), _("Documents")), Column("hours", _("Hours"), Unit.HOURS)]
    columns += [Column("cost", _cost_title(currency), Unit.MONEY)] if rate else []
    kpis = [Kpi(_("Hours"), Cell(total, figure=inputs.behind("answers", timed=1)), Unit.HOURS)]
    golds = Gold.objects.filter(project=inputs.project).count() if rate else 0
    if rate:
        kpis.append(Kpi(_cost_title(currency), Cell(total * rate), Unit.MONEY))
    if golds and inputs.asked.query == "":
        kpis.append(Kpi(_("A document with gold"), Cell(total * rate / golds), Unit.MONEY))
    words = [_("Hours on the annotation screen, idle time cut as above. Reading guidelines and reviewing come on top.")]
    if not rate:
        words.append(_("Money is told once the settings say what an hour costs."))
    table = Table("cost", _("Cost by person"), columns, [row[: len(columns)] for row in rows if row[2].value])
    links = [] if rate else [(_("Say what an hour costs"), reverse("project_settings", args=[inputs.project.pk]))]
    return Section("cost", _("Cost so far"), words, kpis, tables=[table], links=links)


def _cost_row(inputs: Inputs, user: int, spent: float) -> list[Cell]:
    voices = inputs.columns.voices[inputs.timed]
    count = int((voices["user"] == user).sum())
    name = Cell(inputs.name_of(user), url=person_url(inputs, user))
    figure = inputs.behind("answers", by=user, timed=1)
    return [name, Cell(count, figure=figure), Cell(spent), Cell(spent * inputs.project.hourly_rate)]


def _cost_title(currency: str) -> str:
    return _("Cost in %(currency)s") % {"currency": currency} if currency else _("Cost")


def person_url(inputs: Inputs, user: int) -> str:
    address = reverse("report_person", args=[inputs.project.pk, user])
    return f"{address}?{inputs.asked.query}" if inputs.asked.query else address


def _cell(found: Interval) -> Cell:
    return Cell(found.value, found.low, found.high)

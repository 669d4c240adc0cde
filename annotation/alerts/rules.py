"""What raises an alert of each kind: its thresholds, what they mean in words, and what a project has changed."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from annotation.alerts.models import AlertKind, AlertRule
from annotation.people.models import User
from annotation.projects.models import Project


@dataclass(frozen=True, slots=True)
class Threshold:
    """`is_share`: kept from 0 to 1, shown in percent. Both bounds are allowed values."""

    name: str
    title: Promise
    help: Promise
    default: float
    low: float
    high: float
    is_whole: bool = False
    is_share: bool = False


@dataclass(frozen=True, slots=True)
class KindOfRule:
    """`words`: when such an alert is raised and when it closes by itself."""

    kind: AlertKind
    words: Promise
    thresholds: tuple[Threshold, ...] = ()


QUIET_DAYS = Threshold(
    "quiet_days",
    _("Days without a false alarm"),
    _("Chance alone raises at most one alert in so many days. More days: fewer false alarms, and later true ones."),
    default=365, low=7, high=36_500, is_whole=True,
)  # fmt: skip

RULES: dict[str, KindOfRule] = {
    rule.kind.value: rule
    for rule in (
        KindOfRule(
            AlertKind.SURGE,
            _(
                "Raised when a topic's newest texts (of the last ten minutes, hour, six hours or day) are negative more"
                " often than chance and its last four weeks explain. It needs 50 earlier texts on the topic. It closes"
                " when a day is as usual again."
            ),
            (
                Threshold(
                    "least_rise",
                    _("Smallest rise"),
                    _("The share of negative texts must be above the usual one by at least this."),
                    default=0.15, low=0.01, high=0.9, is_share=True,
                ),
                Threshold(
                    "fewest",
                    _("Fewest negative texts"),
                    _("So many must have come before anybody is alarmed."),
                    default=8, low=3, high=10_000, is_whole=True,
                ),
                QUIET_DAYS,
            ),
        ),
        KindOfRule(
            AlertKind.DRIFT,
            _(
                "Looked for once a day, over days that are complete: whether texts (their length, their language) or"
                " people's answers are distributed otherwise than in the project's first days. It closes when the"
                " newest days are as before."
            ),
            (
                Threshold(
                    "least_shift",
                    _("Smallest shift (PSI)"),
                    _("The population stability index: 0.1 is little, 0.25 is much."),
                    default=0.2, low=0.02, high=5,
                ),
                QUIET_DAYS,
            ),
        ),
        KindOfRule(
            AlertKind.STALLED,
            _(
                "Raised when documents wait, people have the annotation screen open, and still nothing is answered. It"
                " closes with the next answer, or when nothing waits or nobody is there any more."
            ),
            (
                Threshold(
                    "minutes",
                    _("Minutes without an answer"),
                    _("While people are there and documents wait."),
                    default=30, low=2, high=1_440, is_whole=True,
                ),
            ),
        ),
        KindOfRule(
            AlertKind.CERTIFICATE,
            _(
                "Raised when audits break a certificate or a manager revokes one: nothing more is accepted without a"
                " person. It closes when a certificate holds again."
            ),
        ),
        KindOfRule(
            AlertKind.RUN,
            _("Raised when training runs fail one after another. It closes when a run succeeds."),
            (
                Threshold(
                    "failures",
                    _("Failed runs in a row"),
                    _("So many, without one that succeeded in between."),
                    default=1, low=1, high=20, is_whole=True,
                ),
            ),
        ),
        KindOfRule(
            AlertKind.DECAY,
            _(
                "Raised when somebody's newest 20 answers to hidden gold are worse than the pass mark allows, or than"
                " all their earlier ones, by more than chance does once in a thousand times. It closes when their next"
                " 20 are not."
            ),
        ),
    )
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Rule:
    """A kind's rule as it holds in one project."""

    kind: str
    is_on: bool
    thresholds: Mapping[str, float]

    @property
    def of(self) -> KindOfRule:
        return RULES[self.kind]


def rules_of(project_id: int) -> dict[str, Rule]:
    """By kind, in the order in which people read them. One statement."""
    own = {row.kind: row for row in AlertRule.objects.filter(project_id=project_id)}
    return {kind: _rule(kind, own.get(kind)) for kind in RULES}


def rules_of_many(kind: str, project_ids: Iterable[int]) -> dict[int, Rule]:
    """One kind's rule of each of these projects. One statement."""
    ids = list(project_ids)
    own = {row.project_id: row for row in AlertRule.objects.filter(kind=kind, project_id__in=ids)}
    return {pk: _rule(kind, own.get(pk)) for pk in ids}


def _rule(kind: str, own: AlertRule | None) -> Rule:
    defaults = {one.name: one.default for one in RULES[kind].thresholds}
    kept = {name: value for name, value in (own.thresholds if own else {}).items() if name in defaults}
    return Rule(kind, own is None or own.is_on, defaults | kept)


@transaction.atomic
def change_rule(
    *, project: Project, user: User, kind: str, is_on: bool | None = None, thresholds: Mapping[str, Any] | None = None
) -> Rule:  # Any: from outside
    """What is not named stays. Raises ValidationError by threshold."""
    if kind not in RULES:
        raise ValidationError({"kind": ValidationError(gettext("There is no such kind of alert."), code="bad_choice")})
    checked = _checked(RULES[kind], thresholds or {})
    row = AlertRule.objects.select_for_update().filter(project=project, kind=kind).first()
    row = row or AlertRule(project=project, kind=kind)
    row.is_on = row.is_on if is_on is None else is_on
    row.thresholds = {**row.thresholds, **checked}
    row.changed_by = user
    row.save()
    return _rule(kind, row)


def _checked(rule: KindOfRule, given: Mapping[str, Any]) -> dict[str, float]:  # Any: from outside
    known = {one.name: one for one in rule.thresholds}
    problems: dict[str, ValidationError] = {}
    checked: dict[str, float] = {}
    for name, value in given.items():
        if name not in known:
            problems[name[:100]] = ValidationError(gettext("There is no such threshold."), code="unknown_threshold")
        elif not _fits(known[name], value):
            problems[name] = ValidationError(_wanted(known[name]), code="bad_number")
        else:
            checked[name] = int(value) if known[name].is_whole else float(value)
    if problems:
        raise ValidationError(problems)
    return checked


def _fits(threshold: Threshold, value: object) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return threshold.low <= value <= threshold.high and (not threshold.is_whole or value == int(value))


def _wanted(threshold: Threshold) -> str:
    bounds = {"low": f"{threshold.low:g}", "high": f"{threshold.high:g}"}
    if threshold.is_whole:
        return gettext("A whole number from %(low)s to %(high)s.") % bounds
    return gettext("A number from %(low)s to %(high)s.") % bounds


def in_words(rule: Rule) -> list[str]:
    """The thresholds in force, a sentence each."""
    values = rule.thresholds
    if rule.kind == AlertKind.SURGE:
        number, percent = int(values["fewest"]), f"{100 * values['least_rise']:g}"
        least = ngettext(
            "At least %(number)d negative text, and a share of them that is %(percent)s points above the usual one.",
            "At least %(number)d negative texts, and a share of them that is %(percent)s points above the usual one.",
            number,
        )
        return [least % {"number": number, "percent": percent}, _quiet(values)]
    if rule.kind == AlertKind.DRIFT:
        shift = {"shift": f"{values['least_shift']:g}"}
        return [gettext("A shift (PSI) of %(shift)s at least.") % shift, _quiet(values)]
    if rule.kind == AlertKind.STALLED:
        minutes = int(values["minutes"])
        said = ngettext("%(minutes)d minute without an answer.", "%(minutes)d minutes without an answer.", minutes)
        return [said % {"minutes": minutes}]
    if rule.kind == AlertKind.RUN:
        runs = int(values["failures"])
        return [ngettext("%(runs)d failed run.", "%(runs)d failed runs in a row.", runs) % {"runs": runs}]
    return []


def _quiet(values: Mapping[str, float]) -> str:
    days = int(values["quiet_days"])
    said = ngettext(
        "Chance alone raises at most one in %(days)d day.", "Chance alone raises at most one in %(days)d days.", days
    )
    return said % {"days": days}

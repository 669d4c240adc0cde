"""The filters of the list as its form and its addresses have them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode

from django.urls import reverse
from django.utils.translation import gettext as _

from annotation.documents import filters
from annotation.documents.filters import DocumentFilter
from annotation.documents.models import State

ORDERS = ("-id", "id", "priority")
# Fields of the form that together make one `meta.key=value`.
_META_KEY, _META_VALUE = "meta_key", "meta_value"


@dataclass(frozen=True, slots=True)
class Chip:
    """One filter in force, and the address without it."""

    words: str
    url: str


@dataclass(frozen=True, slots=True)
class Asked:
    """`pairs`: the filters in force as they were typed. `refused`: the names of those that could not be read."""

    filter: DocumentFilter
    pairs: tuple[tuple[str, str], ...] = ()
    refused: tuple[str, ...] = ()
    order: str = ORDERS[0]
    cursor: str = ""
    like: int = 0

    @property
    def values(self) -> Mapping[str, str]:
        return dict(self.pairs)

    @property
    def metas(self) -> list[tuple[str, str]]:
        return [pair for pair in self.pairs if pair[0].startswith(filters.META)]

    @property
    def is_open(self) -> bool:
        """Whether a filter of the folded part of the form is in force."""
        return any(name not in ("q", "state", "label", "ids", "figure") for name, _raw in self.pairs)

    @property
    def plain_query(self) -> str:
        return self.query(with_order=True)

    def query(self, *, without: str = "", with_order: bool = False) -> str:
        pairs = [pair for pair in self.pairs if pair[0] != without]
        if self.like and without not in ("ids", "like"):
            pairs.append(("like", str(self.like)))
        if with_order and self.order != ORDERS[0]:
            pairs.append(("order", self.order))
        return urlencode(pairs)

    def url(self, *, cursor: str = "", without: str = "") -> str:
        query = self.query(without=without, with_order=True)
        return "?" + "&".join(part for part in (query, urlencode({"cursor": cursor}) if cursor else "") if part)

    def chips(self, titles: Mapping[str, str]) -> list[Chip]:
        shown = [pair for pair in self.pairs if not (pair[0] == "ids" and self.like)]
        return [Chip(_words(name, raw, titles), self.url(without=name)) for name, raw in shown]


def read_asked(pairs: Iterable[tuple[str, object]]) -> Asked:
    """From the address of the list. What can't be read is left out and named."""
    given = {name: str(raw).strip() for name, raw in pairs}
    if given.get(_META_KEY) and given.get(_META_VALUE):
        given[f"{filters.META}{given[_META_KEY]}"] = given[_META_VALUE]
    found, problems = filters.parse(given.items())
    refused = tuple(problem.field for problem in problems)
    kept = tuple((name, raw) for name, raw in given.items() if raw and filters.is_filter(name) and name not in refused)
    like = given.get("like", "")
    return Asked(
        found,
        kept,
        refused,
        order=given["order"] if given.get("order") in ORDERS else ORDERS[0],
        cursor=given.get("cursor", ""),
        like=int(like) if like.isascii() and like.isdecimal() and len(like) < 19 else 0,
    )


def list_url(project_id: int, query: str) -> str:
    """The list with the filters of a query string that a form sent; nothing else of it is kept."""
    kept = read_asked(parse_qsl(query[:8_000])).plain_query
    return reverse("documents", args=[project_id]) + (f"?{kept}" if kept else "")


def _words(name: str, raw: str, titles: Mapping[str, str]) -> str:
    """A filter as its chip says it."""
    if name.startswith(filters.META):
        return f"{name.removeprefix(filters.META)} = {raw}"
    title = titles.get(raw, raw)
    return {
        "q": _("“%(value)s” in the text"),
        "state": _("State: %(value)s"),
        "label": _("Gold: %(value)s"),
        "predicted": _("Predicted: %(value)s"),
        "confidence_below": _("Less sure than %(value)s"),
        "confidence_above": _("At least as sure as %(value)s"),
        "version": _("Predicted by version %(value)s"),
        "disagreement": _("People answer differently") if raw == "people" else _("Prediction differs from gold"),
        "person": _("Answered by %(value)s"),
        "guidelines": _("Answered under guidelines %(value)s"),
        "talk": _("Flagged") if raw == "flagged" else _("With comments"),
        "language": _("Language: %(value)s"),
        "external_id": _("External id: %(value)s"),
        "since": _("Since %(value)s"),
        "until": _("Until %(value)s"),
        "ids": _("Chosen documents"),
        "figure": _("Behind a number of a report"),
    }[name] % {"value": State(raw).label if name == "state" else title if name in ("label", "predicted") else raw}

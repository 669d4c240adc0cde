"""What managers see and decide: model cards, quality, the plan of who gets what, sets of hidden gold."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypedDict, Unpack

from collabweb_client.asking import get, send
from collabweb_client.shapes import Shape
from collabweb_client.wire import Feed, Flow, Found, Ref, number_of

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class ModelCard(Shape):
    """A version's model card. `label_sets`: figures by label set; `markdown`: the whole card as a text to hand on."""

    project: str
    version: int
    stage: str
    created_at: datetime
    sha256: str
    encoder: str
    markdown: str
    promoted_at: datetime | None = None
    arguments: Json = field(default_factory=dict)
    snapshot: Json | None = None
    learned_from: Json = field(default_factory=dict)
    label_sets: Json = field(default_factory=dict)
    options: Json = field(default_factory=dict)
    comparison: Json = field(default_factory=dict)
    limits: list[Json] = field(default_factory=list)
    words: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Quality(Shape):
    """`agreement` by label set, with each figure's value and interval; `reports`: numbers and tables of every page."""

    asked: Json
    agreement: Json
    reports: Json


@dataclass(frozen=True, slots=True)
class Plan(Shape):
    """The rules in force, each `{"kind", "documents", ...}`. `routed`: how much of the project follows them already."""

    number: int
    rules: list[Json]
    languages: dict[str, list[str]]
    routed: float = 1.0
    created_by: str | None = None
    created_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Foreseen(Shape):
    """What a plan would do. `stuck`: documents that nobody may take, or too few, with `why`."""

    documents: int
    is_cut: bool = False
    ends_at: datetime | None = None
    people: list[Json] = field(default_factory=list)
    stuck: list[Json] = field(default_factory=list)
    deadlines: list[Json] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class GoldSet(Shape):
    """`share`: so many lent documents are of this set. `people`: how they answer it, where one set was asked for."""

    id: int
    name: str
    share: float
    documents: int
    retired_at: datetime | None = None
    people: list[Json] = field(default_factory=list)


class PlanChanges(TypedDict, total=False):
    """What is left out stays as it is."""

    rules: list[Json]
    languages: dict[str, list[str]]


class GoldSetChanges(TypedDict, total=False):
    name: str
    share: float
    retired: bool


class MovedDocuments(TypedDict):
    added: int
    removed: int


def card(version: Ref) -> Flow[ModelCard]:
    return ModelCard.of((yield from get(f"versions/{number_of(version)}/card/")))


def quality(project: Ref, *, reports: Iterable[str] = (), filters: Mapping[str, str] | None = None) -> Flow[Quality]:
    """What the reports show. `filters`: `from`, `to`, `language`, `meta.key`; `reports`: only these.

    Raises ServerError (503 `no_worker`) where no worker calculates them in time.
    """
    named = {"report": ",".join(reports)}
    params = {name: value for name, value in {**named, **(filters or {})}.items() if value}
    return Quality.of((yield from get(f"projects/{number_of(project)}/quality/", params)))


def plan(project: Ref) -> Flow[Plan]:
    return Plan.of((yield from get(f"projects/{number_of(project)}/plan/")))


def change_plan(project: Ref, **changes: Unpack[PlanChanges]) -> Flow[Plan]:
    """Put rules in force; documents follow within seconds."""
    return Plan.of((yield from send("PUT", f"projects/{number_of(project)}/plan/", changes)))


def preview_plan(project: Ref, **changes: Unpack[PlanChanges]) -> Flow[Foreseen]:
    """What these rules would do, or those in force; changes nothing."""
    address = f"projects/{number_of(project)}/plan/preview/"
    return Foreseen.of((yield from send("POST", address, changes, repeat=True)))


def undo_plan(project: Ref) -> Flow[Plan]:
    return Plan.of((yield from send("POST", f"projects/{number_of(project)}/plan/undo/")))


def gold_sets(project: Ref) -> Feed[GoldSet]:
    """Every set of hidden gold, retired ones last."""
    listed = yield from get(f"projects/{number_of(project)}/gold-sets/")
    yield Found([GoldSet.of(row) for row in listed["results"]])


def gold_set(gold_set: Ref) -> Flow[GoldSet]:
    return GoldSet.of((yield from get(f"gold-sets/{number_of(gold_set)}/")))


def create_gold_set(project: Ref, name: str, *, share: float = 0.0) -> Flow[GoldSet]:
    body = {"name": name, "share": share}
    return GoldSet.of((yield from send("POST", f"projects/{number_of(project)}/gold-sets/", body)))


def change_gold_set(gold_set: Ref, **changes: Unpack[GoldSetChanges]) -> Flow[GoldSet]:
    return GoldSet.of((yield from send("PATCH", f"gold-sets/{number_of(gold_set)}/", changes)))


def fill_gold_set(gold_set: Ref, *, add: Iterable[Ref] = (), remove: Iterable[Ref] = ()) -> Flow[MovedDocuments]:
    """Put documents with gold into the set, and take others out."""
    body = {"add": [number_of(one) for one in add], "remove": [number_of(one) for one in remove]}
    moved = yield from send("POST", f"gold-sets/{number_of(gold_set)}/documents/", body, repeat=True)
    return MovedDocuments(added=moved["added"], removed=moved["removed"])

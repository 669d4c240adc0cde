"""What all reports of one request start from, read once."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from annotation.people.models import User
from annotation.projects.models import Kind, LabelSet, Project
from annotation.quality.asked import Asked, figure_of
from annotation.quality.columns import Columns
from annotation.quality.reading import is_timed, people_of, read_columns


@dataclass(frozen=True)
class Inputs:
    """`columns` hold what the filter lets through. `today` ends the default range of time."""

    project: Project
    asked: Asked
    columns: Columns
    label_sets: list[LabelSet]
    names: Mapping[int, str]
    today: date
    # Hears how much of the report is done, from 0 to 1.
    tell: Callable[[float], None] = lambda share: None

    @cached_property
    def choices(self) -> list[LabelSet]:
        return [row for row in self.label_sets if row.kind == Kind.CHOICE]

    @cached_property
    def spans(self) -> list[LabelSet]:
        return [row for row in self.label_sets if row.kind == Kind.SPAN]

    @cached_property
    def labels(self) -> dict[int, str]:
        """Titles by id; 0 is no label."""
        return {label.pk: str(label.title) for row in self.label_sets for label in row.labels.all()}

    @cached_property
    def answers(self) -> NDArray[np.int64]:
        """Places of people's answers among the voices."""
        return np.flatnonzero(people_of(self.columns))

    @cached_property
    def timed(self) -> NDArray[np.int64]:
        return np.flatnonzero(is_timed(self.columns.voices))

    @cached_property
    def document_places(self) -> NDArray[np.int64]:
        """By voice: which of the documents it is about."""
        return np.searchsorted(self.columns.documents["document"], self.columns.voices["document"])

    def documents_in(self, voices: NDArray[np.int32] | NDArray[np.int64]) -> int:
        """How many documents these voices are about; quicker than sorting them."""
        found = np.zeros(len(self.columns.documents) + 1, dtype=bool)
        found[self.document_places[voices]] = True
        return int(found.sum())

    def name_of(self, user_id: int) -> str:
        return self.names.get(user_id, f"#{user_id}")

    def label(self, label_id: int, none: str) -> str:
        return self.labels.get(label_id, none)

    def behind(self, name: str, **counts: object) -> str:
        return figure_of(name, self.asked, **counts)

    @cached_property
    def user_ids(self) -> list[int]:
        """Everybody with an answer here, by name: no order of merit."""
        found = np.unique(self.columns.voices["user"][self.answers])
        return sorted((int(pk) for pk in found), key=lambda pk: self.name_of(pk).casefold())


# What each report reads beside documents and voices; drift looks at texts whenever they came.
TABLES = {
    "work": (),
    "corrections": ("changes",),
    "people": ("values",),
    "person": ("values", "items"),
    "agreement": ("values", "items"),
    "model": ("values",),
    "drift": ("values",),
    # Its texts are read by the room quality, with what the model says of them.
    "topics": (),
}


def read_inputs(project: Project, asked: Asked, today: date, report: str = "") -> Inputs:
    """Four statements, five with a filter of meta. `report` names the one that they are for: it may need less."""
    columns = read_columns(project, asked, TABLES.get(report, ("values", "items", "changes")))
    rows = LabelSet.objects.filter(project=project).prefetch_related("labels")
    label_sets = [row for row in rows if row.kind != Kind.TEXT]
    ids = np.unique(columns.voices["user"]).tolist()
    return Inputs(project, asked, columns, label_sets, _names(ids), today)


def _names(ids: list[int]) -> dict[int, str]:
    return dict(User.objects.filter(pk__in=ids).values_list("pk", "username"))

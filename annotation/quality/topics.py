"""What texts say about which topic, in which mood: each text once, by gold, else by people, else by the model.

Time is when a text came, not when somebody answered it: an alarm is about the world, not about the order of the work.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from django.db.models import F
from django.db.models.fields.json import KeyTransform

from annotation.documents.models import State
from annotation.predictions.models import Prediction
from annotation.projects.models import Kind, Label, LabelSet, Project
from annotation.quality.asked import Asked, Figure
from annotation.quality.columns import Columns, VoiceKind
from annotation.quality.reading import Ints, given, is_among, is_between, read_columns

# Names and titles by which a label for the bad mood is known, compared without case.
NEGATIVE = frozenset(
    {
        *(
            "negative",
            "neg",
            "very negative",
            "slightly negative",
            "bad",
            "bearish",
            "unhappy",
            "angry",
            "dissatisfied",
        ),
        *("负面", "负向", "消极", "否定", "利空", "看空", "不满", "差评", "非常负面", "负"),
    }
)
ANY = 0
EVERYTHING = Asked()


@dataclass(frozen=True, slots=True)
class Mood:
    """The label set that tells the mood, which of its labels are negative, and the one that tells the topic, if any."""

    label_set: LabelSet
    negative: tuple[int, ...]
    topics: LabelSet | None

    @property
    def topic_labels(self) -> list[Label]:
        return list(self.topics.labels.all()) if self.topics is not None else []


def mood_of(label_sets: Sequence[LabelSet]) -> Mood | None:
    """The first choice with a negative label among others, and the first other question with labels to choose from.

    A question that takes several labels is a topic before one that takes one. The rows come with their labels.
    """
    for row in label_sets:
        negative = _negative(row) if row.kind == Kind.CHOICE else ()
        if negative:
            return Mood(row, negative, _topics(label_sets, row))
    return None


def _negative(label_set: LabelSet) -> tuple[int, ...]:
    labels = list(label_set.labels.all())
    bad = [label.pk for label in labels if _words(label) & NEGATIVE]
    return tuple(bad) if 0 < len(bad) < len(labels) else ()


def _words(label: Label) -> set[str]:
    return {str(text).strip().casefold().replace("_", " ") for text in (label.name, *label.titles.values())}


def _topics(label_sets: Sequence[LabelSet], mood: LabelSet) -> LabelSet | None:
    others = [row for row in label_sets if row.pk != mood.pk and row.kind in (Kind.CHOICES, Kind.CHOICE)]
    return min(others, key=lambda row: (row.kind != Kind.CHOICES, row.position), default=None)


def tells_moods(project_id: int) -> bool:
    """Whether a choice of the project has a negative label. One statement."""
    labels = Label.objects.filter(label_set__project=project_id, label_set__kind=Kind.CHOICE)
    return any(_words(label) & NEGATIVE for label in labels.only("name", "titles"))


def mood_in(project: Project) -> Mood | None:
    """Two statements."""
    return mood_of(list(LabelSet.objects.filter(project=project).prefetch_related("labels")))


@dataclass(frozen=True, slots=True)
class Said:
    """A row a text: when it came, and its mood (the id of a label). A row a text and topic: `place` in the others."""

    document: Ints
    minute: Ints
    mood: Ints
    place: Ints
    topic: Ints

    def of_topic(self, topic: int) -> Ints:
        """Places of its texts; ANY stands for all."""
        return np.arange(len(self.document)) if topic == ANY else self.place[self.topic == topic]


def read_said(project: Project, mood: Mood, asked: Asked = EVERYTHING, *, since: int | None = None) -> Said:
    """Texts that came in the days asked for, and from the minute `since` on. Two statements, three with meta.

    A text whose mood nobody knows is left out. Columns are read as of the last refresh, some seconds ago.
    """
    columns = read_columns(project, Asked(language=asked.language, meta=asked.meta), ("values", "items"))
    came = is_between(columns.documents["minute"], asked)
    if since is not None:
        came &= columns.documents["minute"] >= since
    documents = columns.documents[came]
    people = _by_people(columns, mood, documents["document"])
    rest = np.setdiff1d(documents["document"], people.document, assume_unique=True)
    model = _by_model(project, mood, rest)
    moods = np.concatenate([people.mood, model.mood])
    ids = np.concatenate([people.document, model.document])
    places = np.searchsorted(documents["document"], ids)
    return Said(
        document=ids,
        minute=documents["minute"][places].astype(np.int64),
        mood=moods,
        place=np.concatenate([people.place, model.place + len(people.document)]),
        topic=np.concatenate([people.topic, model.topic]),
    )


@dataclass(frozen=True, slots=True)
class _Answers:
    document: Ints
    mood: Ints
    place: Ints
    topic: Ints


def _by_people(columns: Columns, mood: Mood, wanted: Ints) -> _Answers:
    """Gold, else the newest answer."""
    gold = given(columns, mood.label_set.pk, VoiceKind.GOLD)
    person = given(columns, mood.label_set.pk, VoiceKind.PERSON)
    document, value, voice, minute = (
        np.concatenate([getattr(gold, name), getattr(person, name)])
        for name in ("document", "value", "voice", "minute")
    )
    is_gold = np.arange(len(document)) < len(gold)
    kept = is_among(document, wanted) & (value > 0)
    order = np.flatnonzero(kept)[np.lexsort((minute[kept], is_gold[kept], document[kept]))]
    last = np.append(document[order][1:] != document[order][:-1], True) if len(order) else np.zeros(0, dtype=bool)
    order = order[last]
    places = np.full(len(columns.voices), -1, dtype=np.int64)
    places[voice[order]] = np.arange(len(order))
    place, topic = _topics_of(columns, mood, places)
    return _Answers(document[order], value[order].astype(np.int64), place, topic)


def _topics_of(columns: Columns, mood: Mood, places: Ints) -> tuple[Ints, Ints]:
    """Of the voices that have a place: the place and the label of each topic."""
    nothing = np.zeros(0, dtype=np.int64)
    if mood.topics is None:
        return nothing, nothing
    is_several = mood.topics.kind == Kind.CHOICES
    table = columns.items if is_several else columns.values
    rows = table[table["label_set"] == mood.topics.pk]
    labels = rows["label" if is_several else "value"].astype(np.int64)
    place = places[rows["voice"]]
    kept = (place >= 0) & (labels > 0)
    return place[kept], labels[kept]


def _by_model(project: Project, mood: Mood, ids: Ints) -> _Answers:
    """What people would see, of documents that nobody has answered."""
    topics = mood.topics.name if mood.topics is not None else mood.label_set.name
    rows = (
        Prediction.objects.visible(project.production_version)
        .filter(project=project, document__state__in=(State.NEW, State.ASSIGNED))
        .order_by("document_id", F("rank").desc(), "-id")
        .distinct("document_id")
        .values_list(
            "document_id", KeyTransform(mood.label_set.name, "answer"), KeyTransform(topics, "answer")
        )
    )  # fmt: skip
    if len(ids):
        rows = rows.filter(document_id__gte=int(ids[0]))
    labels = {label.name: label.pk for label in mood.label_set.labels.all()}
    names = {label.name: label.pk for label in mood.topic_labels}
    found = [row for row in (rows if len(ids) else ()) if isinstance(row[1], str) and row[1] in labels]
    known = is_among(np.array([row[0] for row in found], dtype=np.int64), ids)
    found = [row for row, is_known in zip(found, known.tolist(), strict=True) if is_known]
    pairs = [(place, names[name]) for place, row in enumerate(found) for name in _named(row[2]) if name in names]
    numbers = np.array(pairs, dtype=np.int64).reshape(-1, 2)
    return _Answers(
        np.array([row[0] for row in found], dtype=np.int64),
        np.array([labels[row[1]] for row in found], dtype=np.int64),
        numbers[:, 0],
        numbers[:, 1],
    )


def _named(value: Any) -> list[str]:  # Any: JSON
    names = value if isinstance(value, list) else [value]
    return list(dict.fromkeys(name for name in names if isinstance(name, str)))


def texts_behind(project: Project, figure: Figure) -> Ints:
    """The texts of a figure `topics`: of a `topic` and `mood` (ids of labels) or `negative`, from minute to minute."""
    mood = mood_in(project)
    if mood is None or figure.number("label_set") not in (None, mood.label_set.pk):
        return np.zeros(0, dtype=np.int64)
    said = read_said(project, mood, figure.asked, since=figure.number("first"))
    kept = np.zeros(len(said.document), dtype=bool)
    kept[said.of_topic(figure.number("topic") or ANY)] = True
    last, wanted = figure.number("last"), figure.number("mood")
    if last is not None:
        kept &= said.minute <= last
    if wanted is not None:
        kept &= said.mood == wanted
    if figure.text("negative"):
        kept &= np.isin(said.mood, mood.negative)
    return said.document[kept]

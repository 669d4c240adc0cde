"""The documents behind a number of a report: the same rows that were counted."""

from collections.abc import Callable

import numpy as np

from annotation.projects.models import Project
from annotation.quality.asked import Asked, Figure, read_figure
from annotation.quality.columns import Columns, Flag, Mask, Table, VoiceKind
from annotation.quality.compared import (
    Pairs,
    bin_of,
    calibrated,
    last_weeks,
    model_and_gold,
    own_weeks,
    pairs_of,
    people_and_gold,
)
from annotation.quality.pace import IDLE_CAP_SECONDS
from annotation.quality.reading import Ints, given, is_between, is_timed, people_of, read_columns
from annotation.quality.topics import texts_behind

NOTHING = np.zeros(0, dtype=np.int64)


def documents_behind(project: Project, raw: str) -> Ints:
    """Ids, each once and sorted; none for a figure that nobody knows."""
    figure = read_figure(raw)
    if figure.name == "topics":
        return np.unique(texts_behind(project, figure))
    if figure.name not in _FIGURES:
        return NOTHING
    # The days of texts are those when they came, not those of answers to them.
    asked = Asked(language=figure.asked.language, meta=figure.asked.meta) if figure.name == "texts" else figure.asked
    columns = read_columns(project, asked, _TABLES.get(figure.name, ("values",)))
    return np.unique(_FIGURES[figure.name](columns, figure))


def _answers(columns: Columns, figure: Figure) -> Ints:
    voices, kept = columns.voices, people_of(columns)
    if figure.text("timed"):
        kept = is_timed(voices)
    kept = kept & _of_kind(voices, figure)
    for name, flag in (("blind", Flag.BLIND), ("shown", Flag.SHOWN), ("bulk", Flag.BULK)):
        wanted = figure.number(name)
        if wanted is not None:
            kept = kept & (((voices["flags"] & flag) > 0) == bool(wanted))
    for name, column in (("by", "user"), ("version", "version"), ("verdict", "verdict")):
        wanted = figure.number(name)
        if wanted is not None:
            kept = kept & (voices[column] == wanted)
    label_set = figure.number("label_set")
    if label_set is not None:
        kept = kept & _says(columns, label_set, figure.number("label"))
    return np.asarray(voices["document"][kept])


def _of_kind(voices: Table, figure: Figure) -> Mask:
    """Whose time was cut, and which a reviewer has judged, where only these are asked for."""
    kept = np.ones(len(voices), dtype=bool)
    if figure.text("capped"):
        kept &= voices["seconds"] > IDLE_CAP_SECONDS
    if figure.text("reviewed"):
        kept &= voices["verdict"] > 0
    return kept


def _says(columns: Columns, label_set: int, label: int | None) -> Mask:
    """Voices that answer the label set, or give this label in it."""
    said = np.zeros(len(columns.voices), dtype=bool)
    values = columns.values[columns.values["label_set"] == label_set]
    if label is None:
        said[values["voice"]] = True
        return said
    items = columns.items[(columns.items["label_set"] == label_set) & (columns.items["label"] == label)]
    said[values["voice"][values["value"] == label]] = True
    said[items["voice"]] = True
    return said


def _corrections(columns: Columns, figure: Figure) -> Ints:
    rows = columns.changes
    for name in ("label_set", "label", "change"):
        wanted = figure.number(name)
        if wanted is not None:
            rows = rows[rows[name] == wanted]
    if figure.text("changed"):
        rows = rows[rows["change"] > 0]
    voices = columns.voices[rows["voice"]]
    for name, column in (("by", "user"), ("version", "version")):
        wanted = figure.number(name)
        if wanted is not None:
            voices = voices[voices[column] == wanted]
    return np.asarray(voices["document"])


def _confusion(columns: Columns, figure: Figure) -> Ints:
    label_set = figure.number("label_set") or 0
    if figure.text("of") == "model":
        found = model_and_gold(columns, label_set, figure.asked, figure.number("version"))
    else:
        found = people_and_gold(columns, label_set, figure.number("by"))
    kept = np.ones(len(found.right), dtype=bool)
    for name, column in (("right", found.right), ("said", found.said.value)):
        wanted = figure.number(name)
        if wanted is not None:
            kept &= column == wanted
    same = figure.number("same")
    if same is not None:
        kept &= found.is_same == bool(same)
    return found.said.document[kept]


def _pair(columns: Columns, figure: Figure) -> Ints:
    """One person alone stands for that person and everybody else; `week` for that of the last answer, `own_week` of
    the one person's.
    """
    label_set = figure.number("label_set") or 0
    found = pairs_of(columns, label_set)
    kept = np.ones(len(found.document), dtype=bool)
    for name in ("one", "other"):
        person = figure.number(name)
        if person is not None:
            kept &= (found.one == person) | (found.other == person)
    same = figure.number("same")
    if same is not None:
        kept &= found.is_same == bool(same)
    return _in_week(columns, figure, found.where(kept))


def _in_week(columns: Columns, figure: Figure, pairs: Pairs) -> Ints:
    rows = given(columns, figure.number("label_set") or 0, VoiceKind.PERSON)
    week, own_week, person = (figure.number(name) for name in ("week", "own_week", "one"))
    if week is not None:
        documents, weeks, _places = last_weeks(rows)
        return np.asarray(np.intersect1d(pairs.document, documents[weeks == week]))
    if own_week is not None and len(pairs.document):
        return np.asarray(pairs.document[own_weeks(pairs, rows.where(rows.user == person)) == own_week])
    return pairs.document


def _label_pair(columns: Columns, figure: Figure) -> Ints:
    """Documents that several people answered and to which at least one gave this label."""
    label_set, label = figure.number("label_set") or 0, figure.number("label")
    rows = given(columns, label_set, VoiceKind.PERSON)
    shared = np.unique(pairs_of(columns, label_set).document)
    says = _says(columns, label_set, label)[rows.voice]
    return np.asarray(np.intersect1d(rows.document[says], shared))


def _calibration(columns: Columns, figure: Figure) -> Ints:
    found = calibrated(columns, figure.number("label_set") or 0, figure.asked, figure.number("version") or 0)
    kept = bin_of(found.said.confidence) == (figure.number("bin") or 0)
    return np.asarray(found.said.document[kept])


def _texts(columns: Columns, figure: Figure) -> Ints:
    return np.asarray(columns.documents["document"][is_between(columns.documents["minute"], figure.asked)])


# What a figure reads beside documents, voices and values.
_TABLES = {"answers": ("values", "items"), "label_pair": ("values", "items"), "corrections": ("changes",), "texts": ()}
_FIGURES: dict[str, Callable[[Columns, Figure], Ints]] = {
    "answers": _answers,
    "corrections": _corrections,
    "confusion": _confusion,
    "pair": _pair,
    "label_pair": _label_pair,
    "calibration": _calibration,
    "texts": _texts,
}

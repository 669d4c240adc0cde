"""The spans of people's answers, as agreement on spans takes them."""

import numpy as np

from annotation.quality.columns import Columns
from annotation.quality.reading import Given
from annotation.quality.span_agreement import Marks


def marks_of(columns: Columns, label_set: int, rows: Given, *, label: int | None = None) -> Marks:
    """`rows`: who answered the label set for which document, with or without spans. Of one label, or of all."""
    documents, places = np.unique(rows.document, return_inverse=True)
    lengths = columns.documents["length"][np.searchsorted(columns.documents["document"], documents)].astype(np.int64)
    items = columns.items[columns.items["label_set"] == label_set]
    if label is not None:
        items = items[items["label"] == label]
    row = np.full(len(columns.voices), -1)
    row[rows.voice] = np.arange(len(rows))
    items = items[row[items["voice"]] >= 0]
    owner = row[items["voice"]]
    _, labels = np.unique(items["label"], return_inverse=True)
    return Marks(
        lengths,
        np.bincount(places, minlength=len(documents)).astype(np.int64),
        places[owner],
        rows.user[owner],
        labels.astype(np.int64),
        items["start"].astype(np.int64),
        items["end"].astype(np.int64),
    )

"""What the list of documents finds a prediction by, as the database's functions say it too. Pure.

Where thousands of rows are copied in, saying it here spares the database two queries a row.
"""

from collections.abc import Iterator, Mapping
from typing import Any

Json = Mapping[str, Any]  # Any: JSON
LABEL_CHARS = 100


def labels_of(answer: Json) -> list[str]:
    """Every label of the answer once, as `annotation_labels(answer)`; values beyond 100 characters are no labels."""
    return sorted({label for value in answer.values() for label in _labels(value) if len(label) <= LABEL_CHARS})


def _labels(value: object) -> Iterator[str]:
    for item in value if isinstance(value, list) else [value]:
        label = item.get("label") if isinstance(item, dict) else item
        if isinstance(label, str):
            yield label


def certainty_of(answer: Json, confidence: Json) -> float | None:
    """The least confidence in anything that the answer says, as `annotation_certainty(answer, confidence)`."""
    found = (number for name, value in confidence.items() for number in _numbers(value, answer.get(name)))
    return min(found, default=None)


def _numbers(value: object, answered: object) -> Iterator[float]:
    if isinstance(value, list):
        said = value
    elif isinstance(value, dict):
        labels = answered if isinstance(answered, list) else [answered]
        said = [value.get(label) for label in labels if isinstance(label, str)]
    else:
        said = [value]
    yield from (float(one) for one in said if isinstance(one, int | float) and not isinstance(one, bool))

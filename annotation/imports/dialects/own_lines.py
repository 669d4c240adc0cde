"""A line of this site's own export, read back in. Pure."""

from typing import Any

_SOURCES = ("annotation", "review", "adjudication", "import", "auto_accept", "prediction")
_ABOUT_THE_ANSWER = ("source", "by", "version", "confidence", "changed_at")

Values = dict[str, Any]  # Any: JSON from outside


def values(given: Values) -> Values:
    """The id that the document has outside, its text and its gold; a line of predictions gives a prediction instead."""
    if given.get("source") not in _SOURCES or "changed_at" not in given:
        return given
    row = {name: value for name, value in given.items() if name not in (*_ABOUT_THE_ANSWER, "id", "external_id")}
    if given.get("external_id") is not None:
        row["id"] = given["external_id"]
    if given["source"] == "prediction" and "answer" in row:
        answer = row.pop("answer")
        row["prediction"] = {"answer": answer, "version": given.get("version")}
        if given.get("confidence"):
            row["prediction"]["confidence"] = given["confidence"]
    return row

"""A line of this site's own export, read back in. Pure."""

from typing import Any

from annotation.answers.spreadsheets import armed

_SOURCES = ("annotation", "review", "adjudication", "import", "auto_accept", "prediction")
_ABOUT_THE_ANSWER = ("source", "by", "version", "confidence", "changed_at", "status", "seconds")
# Says which lines of an export are about the same document; no key of a file can be it.
GROUP_KEY = "\0group"

Values = dict[str, Any]  # Any: JSON from outside


def is_own(given: Values) -> bool:
    return given.get("source") in _SOURCES and "changed_at" in given


def own_cells(given: Values) -> Values:
    """The cells of this site's own csv without the quotes that disarmed them; other cells as they are."""
    return {armed(name): armed(cell) for name, cell in given.items()} if is_own(given) else given


def values(given: Values) -> Values:
    """The id that the document has outside, its text and its gold; a line of predictions or of annotations
    gives one of these instead.
    """
    if not is_own(given):
        return given
    row = {name: value for name, value in given.items() if name not in (*_ABOUT_THE_ANSWER, "id", "external_id")}
    if given.get("external_id") is not None:
        row["id"] = given["external_id"]
    if given.get("status") == "submitted" and given["source"] == "annotation" and "answer" in row:
        row["annotations"] = [{"by": given.get("by"), "answer": row.pop("answer"), "seconds": given.get("seconds", 0)}]
        row[GROUP_KEY] = str(given.get("id", ""))
    if given["source"] == "prediction" and "answer" in row:
        answer = row.pop("answer")
        row["prediction"] = {"answer": answer, "version": given.get("version")}
        if given.get("confidence"):
            row["prediction"]["confidence"] = given["confidence"]
    return row

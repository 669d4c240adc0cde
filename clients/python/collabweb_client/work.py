"""The queue, annotations and reviews."""

import uuid
from typing import TypedDict, Unpack

from collabweb_client.asking import delete, get, pages, send
from collabweb_client.shapes import Annotation, Answer, Assignment, Gold, Review
from collabweb_client.wire import Feed, Flow, Ref, number_of


class SaveOptions(TypedDict, total=False):
    """`if_match`: the version that the answer was based on; `key`: the same key again changes nothing."""

    seconds: float
    prediction: Ref | None
    if_match: int
    key: str


def next_assignments(project: Ref, count: int = 1) -> Flow[list[Assignment]]:
    """The best documents, lent to you; empty when there is none. After a ConnectionLost, look at `assignments`."""
    lent = yield from send("POST", f"projects/{number_of(project)}/queue/next/", {"count": count})
    return [Assignment.of(row) for row in lent["assignments"]] if lent else []


def assignments(project: Ref) -> Flow[list[Assignment]]:
    """The documents that you have in hand."""
    lent = yield from get(f"projects/{number_of(project)}/queue/")
    return [Assignment.of(row) for row in lent["assignments"]]


def give_back(assignment: Ref) -> Flow[None]:
    return delete(f"assignments/{number_of(assignment)}/")


def annotate(
    document: Ref, answer: Answer, *, status: str = "submitted", **options: Unpack[SaveOptions]
) -> Flow[Annotation]:
    """Save your one annotation of a document; `status` is draft, submitted or skipped.

    Raises VersionConflict where `if_match` is not the present version.
    """
    prediction = options.get("prediction")
    body = {
        "answer": answer,
        "status": status,
        "seconds": options.get("seconds", 0.0),
        "prediction": None if prediction is None else number_of(prediction),
    }
    headers = {"idempotency-key": options.get("key") or uuid.uuid4().hex}
    if "if_match" in options:
        headers["if-match"] = f'"{options["if_match"]}"'
    return Annotation.of(
        (yield from send("PUT", f"documents/{number_of(document)}/annotation/", body, headers=headers))
    )


def annotations(project: Ref) -> Feed[Annotation]:
    return pages(f"projects/{number_of(project)}/annotations/", Annotation.of)


def review(annotation: Ref, verdict: str, *, answer: Answer | None = None, comment: str = "") -> Flow[Review]:
    """`verdict` is accept, correct (with the right `answer`) or send_back; never for your own work."""
    body: dict[str, object] = {"verdict": verdict, "comment": comment}
    if answer is not None:
        body["answer"] = answer
    return Review.of((yield from send("POST", f"annotations/{number_of(annotation)}/review/", body)))


def adjudicate(document: Ref, answer: Answer) -> Flow[Gold]:
    """Settle a document that people answered differently."""
    return Gold.of((yield from send("POST", f"documents/{number_of(document)}/adjudication/", {"answer": answer})))

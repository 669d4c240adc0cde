"""Which documents come without their prediction: a randomised arm, to measure what predictions do to people. Pure."""

import hashlib


def place_of(salt: str, document_id: int, *, purpose: str = "blind") -> float:
    """Where a document stands on [0, 1): the same for every person and every time, uniform over documents.

    The first 6 bytes of SHA-256 over the project's salt, the purpose and the id. A hash in place of a drawn number
    is the usual way to deal out the arms of an experiment (Kohavi, Tang, Xu: Trustworthy Online Controlled
    Experiments, 2020, chapter 4); the purpose keeps this arm independent of the split and of the random share.
    """
    digest = hashlib.sha256(f"{salt}:{purpose}:{document_id}".encode()).digest()
    return int.from_bytes(digest[:6], "big") / 2**48


def is_drawn(salt: str, document_id: int, *, share: float) -> bool:
    """Whether the document belongs to the blind arm of this share; a larger share keeps those of a smaller one."""
    return place_of(salt, document_id) < share

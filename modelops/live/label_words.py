"""What a label is about, as people would write it."""

import re


def label_words(name: str, definition: str = "") -> str:
    """card_arrival and CardArrival become "card arrival"; a definition follows."""
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name)
    words = re.sub(r"[_\-/.]+", " ", spaced).strip()
    return f"{words}: {definition}" if definition else words

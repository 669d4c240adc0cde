"""What a label is about, as people would write it."""

import re

from annotation.projects.models import Label


def label_words(label: Label) -> str:
    """card_arrival and CardArrival become "card arrival"; a definition follows."""
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", label.name)
    words = re.sub(r"[_\-/.]+", " ", spaced).strip()
    return f"{words}: {label.definition}" if label.definition else words

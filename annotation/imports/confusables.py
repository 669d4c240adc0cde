"""Whether two label names look the same to a person: case, full width, and Cyrillic or Greek twins of Latin letters.

A small part of Unicode's confusables (UTS #39): the letters that are drawn alike in common fonts. Pure.
"""

import unicodedata

_TWINS = str.maketrans(
    # Cyrillic, then Greek; after case folding.
    "авекмнорстухіјѕԁһԛԝԍ" + "αβενορτυχικ",
    "abekmhopctyxijsdhqwg" + "abevoptuxik",
)


def skeleton(name: str) -> str:
    """Equal for names that look alike."""
    folded = unicodedata.normalize("NFKC", name).casefold()
    return unicodedata.normalize("NFKC", folded.translate(_TWINS))

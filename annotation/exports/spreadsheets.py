# A spreadsheet runs a cell that starts with one of these as a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def disarmed(text: str) -> str:
    """A text for a cell of a csv file: a leading quote keeps a spreadsheet from running it."""
    return f"'{text}" if text.startswith(_FORMULA) else text

"""Texts as the cells of a csv file, which spreadsheets open. Pure."""

# A spreadsheet runs a cell that starts with one of these as a formula; full-width ones in East Asian settings.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "|", "%", "＝", "＋", "－", "＠")


def disarmed(text: str) -> str:
    """A leading quote keeps a spreadsheet from running the text; one that looks like that already gets another."""
    return f"'{text}" if text.lstrip("'").startswith(_FORMULA) else text


def armed(cell: str) -> str:
    """The text that was disarmed to this cell."""
    return cell[1:] if cell.startswith("'") and cell.lstrip("'").startswith(_FORMULA) else cell

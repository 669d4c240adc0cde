"""What may be the columns of a table. Pure."""

from collections.abc import Sequence

from django.utils.translation import gettext as _

from annotation.imports.readers.shapes import FileError


def check_columns(names: Sequence[str], most: int) -> None:
    """Raises FileError for too many columns, and for names that stand twice or can't be stored."""
    if len(names) > most:
        message = _("A file may have %(limit)d columns at most, this one has %(count)d.")
        raise FileError("bad_columns", message % {"limit": most, "count": len(names)})
    seen: set[str] = set()
    for name in names:
        if name in seen:
            raise FileError("bad_columns", _("The column “%(name)s” stands twice.") % {"name": name[:60]})
        if "\0" in name:
            message = _("The name of the column “%(name)s” holds a NUL character.")
            raise FileError("bad_columns", message % {"name": name[:60]})
        seen.add(name)

"""What documents are sliced by, in the reader's words."""

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from annotation.annotations.models import Source

BY: dict[str, Promise] = {
    "language": gettext_lazy("Language"),
    "length": gettext_lazy("Length"),
    "source": gettext_lazy("Gold from"),
}
LANGUAGES: dict[str, Promise] = {
    "han": gettext_lazy("Chinese characters"),
    "other": gettext_lazy("other letters"),
    "en": gettext_lazy("English"),
    "zh": gettext_lazy("Chinese"),
}


def by_words(by: str) -> str:
    """A key of meta is shown as it is."""
    return str(BY.get(by, by.removeprefix("meta.")))


def value_words(by: str, value: str) -> str:
    if by == "language":
        return str(LANGUAGES.get(value, value))
    if by == "source" and value in Source.values:
        return str(Source(value).label)
    if by == "length":
        first, _dash, last = value.partition("-")
        if not last:
            return _("%(first)s characters or more") % {"first": first}
        return _("%(first)s to %(last)s characters") % {"first": first, "last": last}
    return value

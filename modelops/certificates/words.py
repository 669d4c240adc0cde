"""How a certificate stands, in plain words, in the reader's language."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from modelops.certificates.models import Certificate
from modelops.certificates.reading import Standing


def standing_words(standing: Standing) -> str:
    """One or two sentences."""
    if standing.state == "certified":
        return _("Certified.")
    if standing.state == "revoked":
        return _("Revoked. The next version gets a new chance.")
    if standing.state == "impossible":
        return _("The model can't answer every required label set, so no document is complete without a person.")
    if standing.is_due:
        return _("Enough random documents are there; a worker looks at them in a moment.")
    return " ".join([*_refusal(standing.last), _missing(standing.missing)])


def _refusal(last: Certificate | None) -> list[str]:
    if last is None:
        return []
    count = {"count": last.sample}
    return [
        ngettext(
            "On %(count)d random document the surest answers were not right often enough.",
            "On %(count)d random documents the surest answers were not right often enough.",
            last.sample,
        )
        % count
    ]


def _missing(missing: int) -> str:
    return ngettext(
        "Not certified: %(count)d more random document is needed.",
        "Not certified: %(count)d more random documents are needed.",
        missing,
    ) % {"count": missing}

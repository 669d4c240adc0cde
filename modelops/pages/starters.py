"""Which starter answers a label before there is gold, in words, and a manager's choice."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from annotation.access import membership_for
from annotation.projects.models import Role
from modelops.starters.chinese import CHINESE, is_installed
from modelops.starters.services import LabelUse, choose_starters, uses_of

STARTERS = {
    "date": gettext_lazy("Dates"),
    "time": gettext_lazy("Times of day"),
    "email": gettext_lazy("E-mail addresses"),
    "phone": gettext_lazy("Phone numbers"),
    "url": gettext_lazy("Web addresses"),
    "money": gettext_lazy("Amounts of money"),
    "order_id": gettext_lazy("Order and ticket numbers"),
    "person_zh": gettext_lazy("People in Chinese texts"),
    "place_zh": gettext_lazy("Places in Chinese texts"),
    "organization_zh": gettext_lazy("Organizations in Chinese texts"),
}


class StarterRow:
    """One label as the page shows it. `words`: what its starter finds; `is_missing`: the extra is not installed."""

    def __init__(self, use: LabelUse) -> None:
        self.use = use
        self.field = f"label_{use.label.pk}"
        self.words = STARTERS.get(use.starter, "")
        self.is_missing = use.starter in CHINESE and not is_installed()


def starter_rows(project_id: int) -> list[StarterRow]:
    return [StarterRow(use) for use in uses_of(project_id)]


@login_required
@require_POST
def change_starters(request: HttpRequest, project_id: int) -> HttpResponse:
    membership_for(request.user, project_id, at_least=Role.MANAGER)
    fields = {row.use.label.pk: request.POST.get(row.field) for row in starter_rows(project_id)}
    try:
        changed = choose_starters(
            project_id=project_id, chosen={pk: value for pk, value in fields.items() if value is not None}
        )
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        if changed:
            messages.success(request, _("The starters are changed. What comes next is looked at again."))
    return redirect("models", project_id)

"""Start a run with arguments of one's own: those that managers have a reason to change. The API takes all of them."""

from typing import Any

from django import forms
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from annotation.access import membership_for
from annotation.projects.models import Role
from modelops.pages.runs import started_by
from modelops.training.services import AlreadyActive, request_run

CLASS_WEIGHTS = (
    ("", _("Chosen by the site (sqrt)")),
    ("none", _("All answers count the same")),
    ("sqrt", _("Rare labels count for more (sqrt)")),
    ("balanced", _("All labels count the same (balanced)")),
)


class RunOptionsForm(forms.Form):
    """An empty field leaves the choice to the site; the names are those of the arguments."""

    reason = forms.CharField(label=_("Reason"), max_length=200, required=False)
    epochs = forms.IntegerField(label=_("Epochs"), min_value=1, max_value=100, required=False)
    learning_rate = forms.FloatField(label=_("Learning rate"), min_value=1e-7, max_value=1.0, required=False)
    class_weights = forms.ChoiceField(label=_("Class weights"), choices=CLASS_WEIGHTS, required=False)
    adapter_share = forms.FloatField(label=_("Share of the adapter"), min_value=0.01, max_value=1, required=False)
    blanked_share = forms.FloatField(label=_("Share of blanked tokens"), min_value=0, max_value=0.9, required=False)
    ensemble = forms.IntegerField(label=_("Networks in the ensemble"), min_value=1, max_value=8, required=False)
    seed = forms.IntegerField(label=_("Seed"), min_value=0, max_value=2**31 - 1, required=False)
    privacy_epsilon = forms.FloatField(
        label=_("Differential privacy: epsilon"), min_value=0.1, max_value=100, required=False
    )
    privacy_adapter = forms.BooleanField(label=_("Differential privacy for the adapter, too"), required=False)

    def __init__(self, *args: Any) -> None:  # Any: Django's own
        super().__init__(*args)
        for name, words in HELP.items():
            self.fields[name].help_text = words
        for name in ("learning_rate", "adapter_share", "blanked_share", "privacy_epsilon"):
            self.fields[name].widget.attrs["step"] = "any"

    def clean(self) -> dict[str, Any]:  # Any: cleaned values
        cleaned = super().clean() or {}
        if cleaned.get("privacy_epsilon") and (cleaned.get("ensemble") or 1) > 1:
            self.add_error("ensemble", gettext("With differential privacy, one network: each of them would spend it."))
        if cleaned.get("privacy_adapter") and not cleaned.get("privacy_epsilon"):
            self.add_error("privacy_epsilon", gettext("Say how much the adapter and the heads may spend."))
        if cleaned.get("privacy_adapter") and cleaned.get("blanked_share"):
            self.add_error("blanked_share", gettext("Not with privacy for the adapter: the noise does its work."))
        return cleaned

    def arguments(self) -> dict[str, Any]:  # Any: goes to JSON
        """What was filled in."""
        given = {name: value for name, value in self.cleaned_data.items() if name != "reason"}
        # A seed of 0 is filled in.
        return {name: value for name, value in given.items() if value or (value == 0 and value is not False)}


HELP = {
    "reason": _("Stands on the run's page, such as “more epochs for the new labels”."),
    "epochs": _("How often each document is learned from. Empty: 2 to 10, fewer the more documents there are."),
    "learning_rate": _("Of the adapter. Empty: 0.001, or 0.0005 where spans are learned."),
    "adapter_share": _("From 0.01 to 1. So much of what the adapter changed is kept. Empty: 0.6, or 1 with spans."),
    "blanked_share": _("From 0 to 0.9. So many tokens are hidden in each step, others each time."),
    "ensemble": _("So many networks are averaged into one, if that is better. It takes as many times as long."),
    "seed": _("The same seed, gold and machine give the same version."),
    "privacy_epsilon": _("From 0.1 to 100, such as 8. The version then says almost nothing about any one document."),
    "privacy_adapter": _("Adapter and heads share the budget. With few documents heads alone are better."),
}


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def run_options(request: HttpRequest, project_id: int) -> HttpResponse:
    membership = membership_for(request.user, project_id, at_least=Role.MANAGER)
    form = RunOptionsForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            run = request_run(
                project=membership.project,
                user=membership.user,
                arguments=form.arguments(),
                reason=form.cleaned_data["reason"] or started_by(membership.user),
            )
        except AlreadyActive as error:
            form.add_error(None, str(error))
        except ValidationError as error:
            form.add_error(None, error)
        else:
            return redirect("run", project_id, run.pk)
    context = {"membership": membership, "form": form}
    return render(request, "modelops/pages/run_options.html", context, status=422 if form.errors else 200)

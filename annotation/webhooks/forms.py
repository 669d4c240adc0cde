from django import forms
from django.utils.translation import gettext_lazy as _

from annotation.webhooks.addresses import MAX_CHARS, checked_url
from annotation.webhooks.models import Told, only_labels


def _check(url: str) -> None:
    checked_url(url)


class WebhookForm(forms.Form):
    url = forms.CharField(
        label=_("Address"),
        max_length=MAX_CHARS,
        help_text=_("It gets a signed POST, in order; any answer from 200 to 299 takes it."),
        widget=forms.URLInput(attrs={"placeholder": "https://example.org/labels"}),
        validators=[_check],
    )
    told = forms.MultipleChoiceField(
        label=_("It is told of"), choices=Told.choices, initial=only_labels, widget=forms.CheckboxSelectMultiple
    )

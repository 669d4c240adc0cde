from django import forms
from django.utils.translation import gettext_lazy as _

from annotation.webhooks.addresses import MAX_CHARS, checked_url


def _check(url: str) -> None:
    checked_url(url)


class WebhookForm(forms.Form):
    url = forms.CharField(
        label=_("Address"),
        max_length=MAX_CHARS,
        help_text=_("It gets a signed POST with the changes of gold, in order; any answer from 200 to 299 takes them."),
        widget=forms.URLInput(attrs={"placeholder": "https://example.org/labels"}),
        validators=[_check],
    )

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from annotation.people.models import User


class ProfileForm(forms.ModelForm):  # type: ignore[type-arg]  # generic for the checker alone
    language = forms.ChoiceField(
        label=_("Language"), required=False, choices=[("", _("As the browser asks")), *settings.LANGUAGES]
    )

    class Meta:
        model = User
        fields = ["first_name", "last_name", "email", "language"]

from datetime import timedelta

from django import forms
from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from annotation.people.models import Scope, User
from annotation.people.services import TokenLimits


class ProfileForm(forms.ModelForm):  # type: ignore[type-arg]  # generic for the checker alone
    language = forms.ChoiceField(
        label=_("Language"), required=False, choices=[("", _("As the browser asks")), *settings.LANGUAGES]
    )

    class Meta:
        model = User
        fields = ["first_name", "last_name", "email", "language"]


class TokenForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=100, required=False, help_text=_("What will use it?"))
    scopes = forms.MultipleChoiceField(
        label=_("It may"), choices=Scope.choices, initial=[Scope.READ], widget=forms.CheckboxSelectMultiple
    )
    project = forms.TypedChoiceField(label=_("Project"), required=False, coerce=int, empty_value=None)
    days = forms.TypedChoiceField(
        label=_("Ends"),
        required=False,
        coerce=int,
        empty_value=None,
        choices=[("", _("Never")), ("30", _("in 30 days")), ("90", _("in 90 days")), ("365", _("in a year"))],
    )

    def __init__(self, user: User, data: object = None) -> None:
        super().__init__(data)  # type: ignore[arg-type]  # a query dictionary or nothing
        mine = user.memberships.order_by("project_id").values_list("project_id", "project__name")
        field = self.fields["project"]
        assert isinstance(field, forms.TypedChoiceField)
        field.choices = [("", _("Every project of mine")), *mine]

    @property
    def limits(self) -> TokenLimits:
        given = self.cleaned_data
        ends = timezone.now() + timedelta(days=given["days"]) if given["days"] else None
        return TokenLimits(given["name"], tuple(Scope(scope) for scope in given["scopes"]), given["project"], ends)

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from annotation.projects.languages import ENCODERS
from annotation.projects.models import Project, Role
from annotation.projects.project_settings import SETTINGS

LANGUAGES = (("", _("Mixed")), ("en", _("English")), ("zh", _("Chinese")))


def put_errors(form: forms.BaseForm, error: ValidationError) -> None:
    """Show a service's refusal beside the field that it names, or above the form."""
    for name, problems in (error.error_dict if hasattr(error, "error_dict") else {"": error.error_list}).items():
        form.add_error(name if name in form.fields else None, problems)


class NewProjectForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=200, widget=forms.TextInput(attrs={"autofocus": True}))


class MemberForm(forms.Form):
    username = forms.CharField(
        label=_("User name"), max_length=150, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    role = forms.ChoiceField(label=_("Role"), choices=Role.choices)


class RoleForm(forms.Form):
    role = forms.ChoiceField(label=_("Role"), choices=Role.choices)


class ReviewShareForm(forms.Form):
    """In percent; empty for the project's."""

    share = forms.FloatField(label=_("Share to review, in %"), required=False, min_value=0, max_value=100)


class SettingsForm(forms.ModelForm):  # type: ignore[type-arg]  # generic for the checker alone
    encoder = forms.ChoiceField(label=_("Encoder"), choices=ENCODERS)
    language = forms.ChoiceField(label=_("Language of the texts"), choices=LANGUAGES, required=False)
    precision = forms.FloatField(label=_("Auto-accept: precision"), required=False, min_value=0.5, max_value=0.999)
    confidence = forms.FloatField(
        label=_("Auto-accept: confidence level"), required=False, min_value=0.5, max_value=0.999
    )

    class Meta:
        model = Project
        fields = ["name", "guidelines", "guidelines_zh", *(name for name in SETTINGS if name != "auto_accept")]
        help_texts = {
            "guidelines": _("What annotators read. Shown in the reader's language, or in the one there is."),
            "review": _("Whether a second person checks an annotation before it becomes gold."),
            "review_share": _(
                "From 0 to 1. When a share is reviewed: so many answers are drawn by chance. These stand for all."
            ),
            "review_first_answers": _("When a share is reviewed: so many first answers of each person as well."),
            "review_uncertain_below": _(
                "From 0 to 1. When a share is reviewed: also answers where the model was less sure than this. 0: off."
            ),
            "review_corrected_share": _(
                "From 0 to 1. When a share is reviewed: so many of the answers that differ from the model's. 0: off."
            ),
            "review_blind_share": _(
                "From 0 to 1. So many reviews begin blind: the reviewer answers before seeing what others said."
            ),
            "overlap": _("How many people answer each document. More than one shows how far they agree."),
            "lease_minutes": _("After this time an unanswered document goes to somebody else."),
            "selection": _(
                "Which document comes next. Automatic looks at the kinds of label sets and the gold there is; the page "
                "“Why these documents” says what it has chosen, and why."
            ),
            "random_share": _("From 0 to 1. So much of the queue is drawn by chance, which keeps the figures honest."),
            "blind_share": _(
                "From 0 to 1. So many documents come without a prediction, to measure what predictions do."
            ),
            "train_after": _("A run starts by itself after so many new gold answers. 0: runs start only by hand."),
            "promote": _("What happens to a new version: the gate compares it with the one in production."),
            "practice_size": _(
                "So many practice documents a newcomer answers before the queue opens. 0: nobody has to."
            ),
            "practice_pass_mark": _("From 0 to 1. The share that must be right in practice, such as 0.8."),
            "hidden_gold_share": _(
                "From 0 to 0.5. So many lent documents have a known answer; people learn afterwards how they did."
            ),
            "fast_head": _(
                "Small heads that learn from every correction within a second, and answer where they measure better."
            ),
            "audit_share": _(
                "From 0.01 to 1. So many of the documents that auto-accept covers go to people all the same, to check."
            ),
            "explanations": _("Whether annotators may ask which words drove a prediction."),
        }
        widgets = {
            "guidelines": forms.Textarea(attrs={"rows": 8}),
            "guidelines_zh": forms.Textarea(attrs={"rows": 8, "lang": "zh-hans"}),
            **{
                name: forms.NumberInput(attrs={"step": "0.01", "min": "0", "max": "1"})
                for name in (
                    *("review_share", "review_uncertain_below", "review_corrected_share", "review_blind_share"),
                    *("random_share", "blind_share", "practice_pass_mark"),
                )
            },
            "audit_share": forms.NumberInput(attrs={"step": "0.01", "min": "0.01", "max": "1"}),
            "hidden_gold_share": forms.NumberInput(attrs={"step": "0.01", "min": "0", "max": "0.5"}),
        }

    def __init__(self, *args: Any, **options: Any) -> None:  # Any: Django's own options
        super().__init__(*args, **options)
        given = self.instance.encoder
        if given not in dict(ENCODERS):
            self.fields["encoder"] = forms.ChoiceField(label=_("Encoder"), choices=[*ENCODERS, (given, given)])
        self.fields["encoder"].help_text = _("The network behind the model. A change counts from the next run on.")
        self.fields["language"].help_text = _("Helps to show and split the texts correctly.")
        self.fields["precision"].help_text = _(
            "How many of the auto-accepted answers must be right, such as 0.95. Empty: off."
        )
        self.fields["confidence"].help_text = _("How sure that promise must be, such as 0.95. Empty: off.")
        self.initial.update(self.instance.auto_accept or {})

    def clean(self) -> dict[str, Any]:  # Any: cleaned values
        cleaned = super().clean() or {}
        pair = {name: cleaned.get(name) for name in ("precision", "confidence")}
        if any(pair.values()) and not all(pair.values()) and not self.errors:
            self.add_error("confidence", _("Give both figures, or neither."))
        return cleaned

    def changes(self) -> dict[str, Any]:  # Any: values of settings
        pair = {name: self.cleaned_data.get(name) for name in ("precision", "confidence")}
        own = {name: self.cleaned_data[name] for name in self.Meta.fields}
        return {**own, "auto_accept": pair if all(pair.values()) else None}

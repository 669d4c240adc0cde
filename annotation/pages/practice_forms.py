from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from annotation.practice.models import ItemKind, PracticeItem

MOST_AT_ONCE = 200
MAX_NOTE_CHARS = 2_000


class AddPracticeForm(forms.Form):
    kind = forms.ChoiceField(label=_("Kind"), choices=ItemKind.choices)
    documents = forms.Field(widget=forms.SelectMultiple)

    def clean_documents(self) -> list[int]:
        given = self.cleaned_data["documents"]
        if len(given) > MOST_AT_ONCE or not all(each.isdecimal() and len(each) < 19 for each in given):
            raise ValidationError(_("Choose documents with gold to practice on."), code="bad_documents")
        return [int(each) for each in given]


class DrawPracticeForm(forms.Form):
    count = forms.IntegerField(label=_("How many"), min_value=1, max_value=MOST_AT_ONCE, initial=10)
    kind = forms.ChoiceField(label=_("Kind"), choices=ItemKind.choices)


class PracticeItemForm(forms.ModelForm):  # type: ignore[type-arg]  # generic for the checker alone
    class Meta:
        model = PracticeItem
        fields = ["kind", "note", "note_zh"]
        labels = {"kind": _("Kind"), "note": _("Note"), "note_zh": _("Note in Chinese")}
        help_texts = {"note": _("The line of the guidelines that explains this answer. Shown after the answer.")}

    def __init__(self, *args: Any, **options: Any) -> None:  # Any: Django's own options
        super().__init__(*args, **options)
        self.auto_id = f"item-{self.instance.pk}-%s"
        for name in ("note", "note_zh"):
            lang = {"lang": "zh-hans"} if name == "note_zh" else {}
            self.fields[name] = forms.CharField(
                label=self.fields[name].label,
                help_text=self.fields[name].help_text,
                required=False,
                max_length=MAX_NOTE_CHARS,
                widget=forms.Textarea(attrs={"rows": 2, **lang}),
            )

from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from annotation.imports.formats import ARCHIVE, READERS, format_of_name
from annotation.imports.models import OnError
from annotation.imports.options import ImportOptions
from annotation.imports.people import IGNORE
from annotation.imports.readers.encodings import ENCODINGS
from annotation.imports.readers.shapes import FileError

_ENDINGS = ",".join([*(f".{name},.{name}.gz" for name in READERS), f".{ARCHIVE}"])


class OptionsForm(forms.Form):
    """How to read a file."""

    on_error = forms.ChoiceField(label=_("When a row is bad"), choices=OnError.choices, initial=OnError.REJECT)
    encoding = forms.ChoiceField(
        label=_("Encoding"),
        choices=[(name, name) for name in ENCODINGS],
        initial="utf-8",
        help_text=_("Excel in Chinese saves csv files as gb18030. Nothing is guessed."),
    )
    delimiter = forms.ChoiceField(
        label=_("Delimiter of a csv file"),
        required=False,
        choices=[("", _("Comma; a tabulator in .tsv")), (";", _("Semicolon")), ("tab", _("Tabulator")), ("|", "|")],
    )
    dialect = forms.ChoiceField(
        label=_("Exported from"),
        required=False,
        choices=[("", _("this site, or rows in its form")), ("label-studio", "Label Studio"), ("doccano", "doccano")],
    )
    offsets = forms.ChoiceField(
        label=_("How doccano counted"),
        required=False,
        choices=[
            ("", _("Code points")),
            ("utf16", _("UTF-16 units")),
            ("grapheme", _("Graphemes, as people see characters")),
        ],
    )
    create_labels = forms.BooleanField(label=_("Add labels that the project does not have yet"), required=False)

    leave_out_people = forms.BooleanField(
        label=_("Leave out answers of people who are not members"),
        required=False,
        help_text=_("People of other tools are found by e-mail or username."),
    )

    @staticmethod
    def initial_of(options: Mapping[str, Any]) -> dict[str, Any]:  # Any: options as an import keeps them
        names = {"\t": "tab"}
        return {
            **options,
            "delimiter": names.get(options["delimiter"], options["delimiter"]),
            "offsets": "" if options["offsets"] == "codepoint" else options["offsets"],
            "leave_out_people": options.get("people") == IGNORE,
        }

    def clean(self) -> dict[str, Any]:  # Any: Django's own type
        given: dict[str, Any] = super().clean() or self.cleaned_data  # Any: as above
        people = {"people": IGNORE} if given.get("leave_out_people") else {}
        self.options = ImportOptions.of({name: value for name, value in given.items() if name != "file"} | people)
        return given


class ImportForm(OptionsForm):
    file = forms.FileField(
        label=_("File"),
        help_text=_(
            "A .jsonl, .json, .csv, .tsv, .txt, .parquet or .conll file, also packed as .gz, or a .zip of them."
        ),
        widget=forms.ClearableFileInput(attrs={"accept": _ENDINGS}),
        max_length=None,
    )

    def clean(self) -> dict[str, Any]:  # Any: Django's own type
        given = super().clean()
        file = given.get("file")
        if file is not None:
            try:
                self.format = format_of_name(file.name)
            except FileError as error:
                raise ValidationError({"file": ValidationError(str(error), code=error.code)}) from error
        return given

"""Change a project's own fields: its name, its guidelines and the settings of the contract."""

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from annotation.projects.languages import ENCODERS, is_encoder, is_language
from annotation.projects.models import Project

SETTINGS = (
    "encoder",
    "language",
    "review",
    "review_share",
    "review_first_answers",
    "review_uncertain_below",
    "review_corrected_share",
    "review_blind_share",
    "overlap",
    "lease_minutes",
    "selection",
    "random_share",
    "blind_share",
    "train_after",
    "promote",
    "auto_accept",
    "audit_share",
    "fast_head",
    "explanations",
    "practice_size",
    "practice_pass_mark",
    "hidden_gold_share",
    "hourly_rate",
    "currency",
)
EDITABLE = ("name", "guidelines", "guidelines_zh", *SETTINGS)
MAX_GUIDELINES_CHARS = 100_000

Changes = Mapping[str, Any]  # Any: JSON from outside


def apply(project: Project, changes: Changes) -> list[str]:
    """Set the checked values on the row, unsaved, and name the fields. Raises ValidationError by field."""
    flat = _flat(changes)
    unknown = [name for name in flat if name not in EDITABLE]
    if unknown:
        message = _("There is no such setting.")
        raise ValidationError({name: ValidationError(message, code="unknown_setting") for name in unknown})
    errors = _naming_errors(project, flat)
    for name, value in flat.items():
        setattr(project, name, value)
    others = [field.name for field in Project._meta.fields if field.name not in flat]
    try:
        project.clean_fields(exclude=others)
    except ValidationError as error:
        errors.update(error.error_dict)
    if "auto_accept" in flat and not _is_auto_accept(flat["auto_accept"]):
        message = _("Off (null), or the target precision and the confidence level, each from 0.5 to below 1.")
        errors["auto_accept"] = ValidationError(message, code="bad_number")
    if any(len(str(flat.get(name, ""))) > MAX_GUIDELINES_CHARS for name in ("guidelines", "guidelines_zh")):
        message = _("Guidelines have at most %(limit)d characters.") % {"limit": MAX_GUIDELINES_CHARS}
        errors["guidelines"] = ValidationError(message, code="text_too_long")
    if errors:
        raise ValidationError(errors)
    return list(flat)


def _naming_errors(project: Project, flat: Changes) -> dict[str, Any]:  # Any: Django takes lists and errors alike
    """What names something that there is not. What the project has may stay."""
    errors = {}
    if "encoder" in flat and flat["encoder"] != project.encoder and not is_encoder(flat["encoder"]):
        message = _("There is no such encoder; there are: %(names)s.") % {"names": ", ".join(dict(ENCODERS))}
        errors["encoder"] = ValidationError(message, code="unknown_encoder")
    if "language" in flat and flat["language"] != project.language and not is_language(flat["language"]):
        message = _("A language is a tag such as en, zh or zh-Hans; empty stands for mixed languages.")
        errors["language"] = ValidationError(message, code="bad_language")
    return errors


def _flat(changes: Changes) -> dict[str, Any]:  # Any: JSON from outside
    """Guidelines come as one text or by language."""
    flat = dict(changes)
    guidelines = flat.get("guidelines")
    if isinstance(guidelines, Mapping):
        del flat["guidelines"]
        languages = {"en": "guidelines", "zh-hans": "guidelines_zh"}
        if not set(guidelines) <= set(languages) or not all(isinstance(text, str) for text in guidelines.values()):
            message = _("Guidelines are a text, or texts by language: en, zh-hans.")
            raise ValidationError({"guidelines": ValidationError(message, code="bad_text")})
        flat |= {languages[language]: text for language, text in guidelines.items()}
    elif guidelines is None and "guidelines" in flat:
        flat["guidelines"] = ""
    return flat


def _is_auto_accept(value: object) -> bool:
    if value is None:
        return True
    if not isinstance(value, Mapping) or set(value) != {"precision", "confidence"}:
        return False
    return all(
        isinstance(number, (int, float)) and not isinstance(number, bool) and 0.5 <= number < 1
        for number in value.values()
    )

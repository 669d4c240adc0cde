"""Which starters a project uses: told by the names of its labels, or by a manager."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import OuterRef, Subquery
from django.utils.translation import gettext as _

from annotation.projects.models import Kind, Label
from modelops import signals
from modelops.starters.answering import ALL
from modelops.starters.matching import starter_for
from modelops.starters.models import LabelStarter


@dataclass(frozen=True, slots=True)
class LabelUse:
    """`starter`: what answers the label, "" for nothing. `is_chosen`: a manager said so, else its name did."""

    label: Label
    starter: str
    is_chosen: bool


def uses_of(project_id: int) -> list[LabelUse]:
    """Of all labels of span label sets, in their order."""
    chosen = LabelStarter.objects.filter(label=OuterRef("pk")).values("starter")
    rows = Label.objects.filter(label_set__project=project_id, label_set__kind=Kind.SPAN).select_related("label_set")
    ordered = rows.order_by("label_set__position", "label_set_id", "position", "id")
    return [_use(label, label.chosen) for label in ordered.annotate(chosen=Subquery(chosen))]


def starters_of(project_id: int) -> dict[str, dict[str, str]]:
    """Label set -> label -> starter, of the labels that have one."""
    found: dict[str, dict[str, str]] = {}
    for use in uses_of(project_id):
        if use.starter in ALL:
            found.setdefault(use.label.label_set.name, {})[use.label.name] = use.starter
    return found


@transaction.atomic
def choose_starters(*, project_id: int, chosen: Mapping[int, str]) -> int:
    """By label id; how many labels now have another starter than before. "" turns the one that its name means off."""
    if set(chosen.values()) - {"", *ALL}:
        raise ValidationError(_("There is no such starter."))
    changed = 0
    for use in uses_of(project_id):
        starter = chosen.get(use.label.pk, use.starter)
        if starter != use.starter:
            LabelStarter.objects.update_or_create(
                label=use.label, defaults={"starter": starter, "project_id": project_id}
            )
            changed += 1
    if changed:
        transaction.on_commit(lambda: _tell(project_id))
    return changed


def _use(label: Label, chosen: str | None) -> LabelUse:
    if chosen is not None:
        return LabelUse(label, chosen, True)
    return LabelUse(label, starter_for([label.name, *label.titles.values()]), False)


def _tell(project_id: int) -> None:
    signals.refit_requested.send(sender=LabelStarter, project_id=project_id)

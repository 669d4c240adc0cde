"""Rules between label sets, written by a manager, and the answers that break them: people's gold and the model's."""

from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from annotation.annotations.models import Gold
from annotation.consistency.models import ConsistencyRule, Relation
from annotation.people.models import User
from annotation.predictions.models import Prediction
from annotation.projects.models import Kind, LabelSet, Project

MOST_RULES = 100


@dataclass(frozen=True, slots=True)
class Condition:
    """What is asked of one label set; `label` is empty where the test needs none."""

    label_set: LabelSet
    test: Relation
    label: str = ""


@transaction.atomic
def add_rule(*, project: Project, user: User, first: Condition, second: Condition) -> ConsistencyRule:
    """Where `first` holds, `second` must hold too. Raises ValidationError."""
    for name, condition in (("if_label", first), ("then_label", second)):
        _check(name, condition)
    if ConsistencyRule.objects.filter(project=project).count() >= MOST_RULES:
        raise ValidationError(_("A project has at most %(limit)d rules.") % {"limit": MOST_RULES}, code="too_many")
    try:
        with transaction.atomic():
            return ConsistencyRule.objects.create(
                project=project,
                if_label_set=first.label_set,
                if_test=first.test,
                if_label=first.label,
                then_label_set=second.label_set,
                then_test=second.test,
                then_label=second.label,
                created_by=user,
            )
    except IntegrityError as error:
        raise ValidationError(_("This rule is there already."), code="unique") from error


def _check(name: str, condition: Condition) -> None:
    needs_label = condition.test in (Relation.IS, Relation.IS_NOT)
    labels = {label.name for label in condition.label_set.labels.all()}
    if needs_label and condition.label not in labels:
        message = _("“%(name)s” has no such label.") % {"name": condition.label_set.title}
        raise ValidationError({name: ValidationError(message, code="unknown_label")})
    if not needs_label and condition.label:
        message = _("This condition takes no label.")
        raise ValidationError({name: ValidationError(message, code="needless_label")})


def gold_against(rule: ConsistencyRule) -> QuerySet[Gold]:
    """Gold that breaks the rule, newest document first."""
    rows = Gold.objects.filter(_broken(rule), project=rule.project_id)
    return rows.select_related("document").order_by("-document_id")


def predictions_against(rule: ConsistencyRule, version: int | None) -> QuerySet[Prediction]:
    """Answers of this version that break the rule, on documents without gold."""
    rows = Prediction.objects.filter(_broken(rule), project=rule.project_id, version=version or -1, source="")
    return rows.filter(document__gold=None).select_related("document").order_by("-document_id")


def _broken(rule: ConsistencyRule) -> Q:
    first = _holds(rule.if_label_set, rule.if_test, rule.if_label)
    return first & ~_holds(rule.then_label_set, rule.then_test, rule.then_label)


def _holds(label_set: LabelSet, test: str, label: str) -> Q:
    """Of an `answer`: a label set that was not answered has no label."""
    name = label_set.name
    if test in (Relation.IS, Relation.IS_NOT):
        value: object = {Kind.CHOICE.value: label, Kind.CHOICES.value: [label]}.get(label_set.kind, [{"label": label}])
        has = Q(answer__contains={name: value})
        return has if test == Relation.IS else ~has
    is_empty = ~Q(answer__has_key=name) | Q(answer__contains={name: None})
    if label_set.kind != Kind.CHOICE:
        # A list holds every empty list, so emptiness is asked of the value itself.
        is_empty |= Q(**{f"answer__{name}": []})
    return is_empty if test == Relation.NONE else ~is_empty

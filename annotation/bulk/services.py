"""Give many documents an answer at once, and take it back at once."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from annotation.annotations.gold import record_gold
from annotation.annotations.models import Source, Status
from annotation.answers.carry_over import carry_over
from annotation.answers.label_sets import rules_for
from annotation.answers.problems import AnswerError, Problem
from annotation.answers.rules import LabelSetRule, check_answer
from annotation.bulk.answering import Given, Place, as_given, combined
from annotation.bulk.models import BulkItem, BulkLabeling
from annotation.bulk.opening import OpenDocument, Refusal, open_documents
from annotation.bulk.storing import NewAnswer, close, keep_items, settled, store_annotations
from annotation.documents.models import Document, State
from annotation.events.services import lock_order, publish_mixed
from annotation.people.models import User
from annotation.projects.models import Project
from annotation.queue.services import expire

MAX_DOCUMENTS = 500


@dataclass(frozen=True, slots=True)
class ManyAsked:
    """One value of one choice for many documents. `accept_rest`: the other label sets as the model says."""

    documents: Sequence[int]
    label_set: str
    value: object
    accept_rest: bool = False
    key: str = ""


@dataclass(frozen=True, slots=True)
class TogetherAsked:
    """The whole answer of one document for these: near-duplicates of it, and itself if it is listed."""

    document: Document
    documents: Sequence[int]
    answer: object
    key: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of the documents."""

    labeling: BulkLabeling
    items: list[BulkItem]

    def as_json(self) -> dict[str, object]:
        done = [item.document_id for item in self.items if item.status == Status.SUBMITTED]
        drafts = [item.document_id for item in self.items if item.status == Status.DRAFT]
        counts = {"id": self.labeling.pk, "labeled": len(done), "drafts": len(drafts)}
        documents = {"labeled_documents": done, "draft_documents": drafts}
        return {**counts, **documents, "refused": self.labeling.refused}


def label_many(*, project: Project, user: User, asked: ManyAsked) -> Outcome:
    """Raises AnswerError for a value that the label set does not allow."""
    rules = rules_for(project.pk)
    marks = {asked.label_set: _checked_value(asked, rules)}

    def give(row: OpenDocument) -> Given | None:
        predicted = row.prediction.answer if row.prediction and asked.accept_rest else None
        draft = row.annotation.answer if row.annotation and row.annotation.status == Status.DRAFT else {}
        return combined(marks, draft, predicted, _place(row, rules))

    new = BulkLabeling(project=project, user=user, label_set=asked.label_set, value=asked.value, key=asked.key)
    return _label(new, asked.documents, give)


def label_together(*, user: User, asked: TogetherAsked) -> Outcome:
    """Submit the answer where every span of it stands in the text, too; keep a draft elsewhere.

    Raises AnswerError where the answer does not fit its own document.
    """
    document = asked.document
    rules = rules_for(document.project_id)
    answer = check_answer(asked.answer, rules=rules, text=document.text, parts=document.parts_typed, complete=True)

    def give(row: OpenDocument) -> Given | None:
        carried = carry_over(answer, document.text, row.document.text)
        return as_given(carried.answer.as_json(), _place(row, rules), is_whole=not carried.lost)

    new = BulkLabeling(project=document.project, user=user, value=answer.as_json(), key=asked.key)
    return _label(new, asked.documents, give)


def _place(row: OpenDocument, rules: Sequence[LabelSetRule]) -> Place:
    return Place(rules, row.document.text, row.document.parts_typed)


def _checked_value(asked: ManyAsked, rules: Sequence[LabelSetRule]) -> Any:  # Any: the wire form differs by kind
    rule = next((rule for rule in rules if rule.name == asked.label_set), None)
    if rule is None or rule.kind not in ("choice", "choices"):
        raise AnswerError([Problem("label_set", "unknown_label_set", "label_set names a choice of this project.")])
    checked = check_answer({rule.name: asked.value}, rules=rules, text="", parts=())
    if not checked.values[rule.name]:
        raise AnswerError([Problem("value", "required", "value names at least one label.")])
    return checked.as_json()[rule.name]


@transaction.atomic
def _label(new: BulkLabeling, ids: Sequence[int], give: Callable[[OpenDocument], Given | None]) -> Outcome:
    labeling, is_new = _once(new)
    if not is_new:
        return Outcome(labeling, list(labeling.items.order_by("id")))
    project, user = new.project, new.user
    expire(project.pk)
    opened, refused = open_documents(project, user, list(dict.fromkeys(ids)))
    given = {row.document.pk: give(row) for row in opened}
    answers = [NewAnswer(row, found) for row in opened if (found := given[row.document.pk]) is not None]
    refused += [Refusal(pk, "bad_value") for pk, found in given.items() if found is None]
    stored = store_annotations(project, user, answers) if answers else {}
    refused += [Refusal(row.document_id, "changed") for row in answers if row.document_id not in stored]
    answers = [row for row in answers if row.document_id in stored]
    close(answers)
    items = keep_items(labeling, answers, stored)
    labeling.refused = [refusal.as_json() for refusal in refused]
    labeling.save(update_fields=["refused"])
    _finish(project, user, answers, stored)
    return Outcome(labeling, items)


def _once(new: BulkLabeling) -> tuple[BulkLabeling, bool]:
    """The row of this key if there is one; without a key every call is a new one."""
    if not new.key:
        new.save()
        return new, True
    fields = {"label_set": new.label_set, "value": new.value}
    return BulkLabeling.objects.get_or_create(user=new.user, project=new.project, key=new.key, defaults=fields)


def _finish(project: Project, user: User, answers: Sequence[NewAnswer], stored: Mapping[int, tuple[int, int]]) -> None:
    """Gold and events, which need the project's order lock, come last."""
    lock_order(project.pk)
    golds = settled(project, user, answers, stored)
    record_gold(project.pk, golds, Source.ANNOTATION, is_locked=True)
    gold_ids = {gold.document_id for gold in golds}
    events: list[tuple[str, dict[str, object]]] = []
    for row in answers:
        if row.status == Status.SUBMITTED:
            pk = row.document_id
            state = State.GOLD if pk in gold_ids else State.ANNOTATED
            said: dict[str, object] = {"document": pk, "annotation": stored[pk][0], "user": user.pk}
            events += [("annotation.submitted", said), ("document.changed", {"document": pk, "state": state.value})]
    publish_mixed(project.pk, events, is_locked=True)

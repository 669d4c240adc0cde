"""Find a project's documents by a filter, for one person."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, LiteralString

import numpy as np
from django.db.models import BooleanField, Exists, F, Func, OuterRef, Q, QuerySet
from django.db.models.expressions import RawSQL

from annotation.annotations.models import Annotation, Gold, Status
from annotation.comments.models import Comment, is_flagged
from annotation.documents import search
from annotation.documents.filters import DocumentFilter, readings
from annotation.documents.models import Document, DocumentQuerySet, ExistsByRow, State, as_key, few_found
from annotation.finding.keyset import Found
from annotation.finding.secrets import hidden_gold, ids_kept_secret, is_blind, is_hidden_gold, is_one_of
from annotation.people.models import User
from annotation.predictions.models import Prediction
from annotation.projects.models import Project
from annotation.quality.behind import documents_behind
from annotation.quality.reading import Ints

MOST_COUNTED = 10_000

_PREDICTED = "SELECT document_id FROM annotation_prediction WHERE project_id = %s::bigint AND labels @> %s::text[]"
_WITH_LABEL = "SELECT document_id FROM annotation_gold WHERE project_id = %s::bigint AND labels @> %s::text[]"
# The index alone tells which documents have several annotations.
_DIFFERING = """
    WITH several AS MATERIALIZED (SELECT document_id FROM annotation_annotation GROUP BY 1 HAVING count(*) > 1)
    SELECT document.id FROM several JOIN annotation_document AS document ON document.id = several.document_id
    WHERE document.project_id = %s AND (SELECT count(DISTINCT answer) FROM annotation_annotation
        WHERE document_id = document.id AND status = 'submitted') > 1
"""


def found_documents(project: Project, user: User, asked: DocumentFilter) -> DocumentQuerySet:
    """In no order. A filter never tells what the person must not know yet: such documents are left out of it."""
    return found(project, user, asked).rows


def found(project: Project, user: User, asked: DocumentFilter) -> Found:
    """As `found_documents`, with what a page and a count of them can be told by sooner."""
    if not asked.figure:
        return Found(_narrowed(project, user, asked))
    ids = _behind_figure(project, user, asked.figure)
    others = replace(asked, figure="")
    rows = _among(_narrowed(project, user, others), ids)
    return Found(rows, ids=ids if others.is_empty else None)


def _behind_figure(project: Project, user: User, figure: str) -> Ints:
    """Sorted; without what the person must not be told of, by whatever else is asked for."""
    ids = documents_behind(project, figure)
    secret = ids_kept_secret(project, user)
    return ids[~np.isin(ids, list(secret))] if secret else ids


def _among(rows: DocumentQuerySet, ids: Ints) -> DocumentQuerySet:
    """Written out by hand: adapting tens of thousands of numbers one by one takes longer than the query."""
    written = "{" + ",".join(map(str, ids.tolist())) + "}"
    return rows.filter(pk__in=RawSQL("SELECT unnest(%s::bigint[])", [written]))


def _narrowed(project: Project, user: User, asked: DocumentFilter) -> DocumentQuerySet:
    rows = Document.objects.filter(project=project)
    if asked.q:
        rows = rows.matching(project.pk, asked.q)
    if asked.ids:
        rows = rows.filter(pk__in=asked.ids)
    for narrowed in (_by_own_fields, _by_people, _by_prediction):
        rows = narrowed(rows, project, asked)
    if asked.state:
        rows = rows.filter(_has_state(asked.state, user))
    if asked.is_about_answers:
        rows = rows.exclude(is_hidden_gold(user))
    if asked.is_about_predictions:
        rows = rows.exclude(is_blind(user))
    return rows


def counted(those: Found) -> tuple[int, bool]:
    """How many, and whether there are more than MOST_COUNTED: no more than those are looked at."""
    first = those.rows.order_by().values("pk")[: MOST_COUNTED + 1]
    number = first.count() if those.ids is None else len(those.ids)
    return min(number, MOST_COUNTED), number > MOST_COUNTED


def _has_state(state: str, user: User) -> Q:
    """Hidden gold counts as assigned, as everything else in hand does."""
    if state == State.ASSIGNED:
        return Q(state=state) | Q(is_one_of(hidden_gold(user)))
    return Q(state=state) & ~Q(is_hidden_gold(user)) if state in (State.GOLD, State.AUTO_ACCEPTED) else Q(state=state)


def _by_own_fields(rows: DocumentQuerySet, project: Project, asked: DocumentFilter) -> DocumentQuerySet:
    if asked.external_id:
        rows = rows.filter(external_id=asked.external_id)
    if asked.since:
        rows = rows.filter(created_at__gte=asked.since)
    if asked.until:
        rows = rows.filter(created_at__lt=asked.until)
    if asked.language:
        rows = _in_language(rows, asked.language, project)
    for key, value in asked.meta:
        has_value = Q()
        for reading in readings(value):
            has_value |= Q(meta__contains={key: reading})
        rows = rows.with_terms(project.pk, _any_of([(key, reading) for reading in readings(value)])).filter(has_value)
    return rows


def _any_of(said: Sequence[tuple[str, object]]) -> str:
    """A query over the terms of search: one of these stands in meta."""
    return " | ".join(f"'{term}'" for key, value in said if (term := search.meta_term(key, value)))


def _in_language(rows: DocumentQuerySet, language: str, project: Project) -> DocumentQuerySet:
    """Said by the document itself (`language` or `lang` of its meta), or else by the project."""
    asked = Q(meta__language=language) | Q(meta__lang=language) & ~Q(meta__has_key="language")
    if project.language == language:
        return rows.filter(asked | ~Q(meta__has_key="language") & ~Q(meta__has_key="lang"))
    return rows.with_terms(project.pk, _any_of([("language", language), ("lang", language)])).filter(asked)


def _by_people(rows: DocumentQuerySet, project: Project, asked: DocumentFilter) -> DocumentQuerySet:
    submitted = Annotation.objects.filter(document=OuterRef("pk"), status=Status.SUBMITTED)
    if asked.label:
        golds = Gold.objects.filter(project=as_key(project.pk), document=OuterRef("pk"))
        rows = _few_of(rows, _WITH_LABEL, [project.pk, [asked.label]])
        rows = rows.filter(ExistsByRow(golds.filter(labels__contains=[asked.label])))
    if asked.person:
        rows = rows.filter(Exists(submitted.filter(user__username=asked.person)))
    if asked.disagreement == "people":
        other = Annotation.objects.filter(document=OuterRef("document"), status=Status.SUBMITTED, pk__gt=OuterRef("pk"))
        rows = _few_of(rows, _DIFFERING, [project.pk])
        rows = rows.filter(Exists(submitted.filter(Exists(other.exclude(answer=OuterRef("answer"))))))
    if asked.guidelines is not None:
        rows = rows.filter(Exists(submitted.filter(guidelines_version=asked.guidelines)))
    if asked.talk == "flagged":
        rows = rows.filter(is_flagged("pk"))
    elif asked.talk == "comments":
        rows = rows.filter(Exists(Comment.objects.present().filter(document=OuterRef("pk"))))
    return rows


def _few_of(rows: DocumentQuerySet, sql: LiteralString, values: Sequence[Any]) -> DocumentQuerySet:  # Any: of SQL
    """Few documents are named; of many, walking the list soon finds enough. The caller's own condition says which."""
    few = few_found(sql, values)
    return rows if few is None else rows.filter(pk__in=few)


def _by_prediction(rows: DocumentQuerySet, project: Project, asked: DocumentFilter) -> DocumentQuerySet:
    if not asked.is_about_predictions:
        return rows
    seen = _seen_predictions(project)
    if asked.predicted:
        seen = seen.filter(labels__contains=[asked.predicted], project=as_key(project.pk))
    if asked.confidence_below is not None:
        seen = seen.filter(certainty__lt=asked.confidence_below)
    if asked.confidence_above is not None:
        seen = seen.filter(certainty__gte=asked.confidence_above)
    if asked.version is not None:
        seen = seen.filter(version=asked.version)
    if asked.disagreement == "prediction":
        differs = Func(F("document__gold__answer"), F("answer"), function="annotation_differs")
        differs.output_field = BooleanField()
        # Equal JSON needs no closer look, and mostly people accept what was predicted.
        seen = seen.filter(~Q(answer=F("document__gold__answer")), differs, document__gold__isnull=False)
        rows = rows.filter(gold__contradicted=True, gold__project=project)
    if asked.predicted and not replace(asked, predicted="").is_about_predictions:
        return _few_of(rows, _PREDICTED, [project.pk, [asked.predicted]]).filter(ExistsByRow(seen))
    return rows.filter(Exists(seen))


def _seen_predictions(project: Project) -> QuerySet[Prediction]:
    """The prediction of the outer query's document that people see, chosen as `Prediction.objects.current` does."""
    visible = Prediction.objects.visible(project.production_version)
    better = Q(rank__gt=OuterRef("rank")) | Q(rank=OuterRef("rank"), pk__gt=OuterRef("pk"))
    others = visible.filter(better, document=OuterRef("document"))
    return visible.filter(~Exists(others), project=project, document=OuterRef("pk"))

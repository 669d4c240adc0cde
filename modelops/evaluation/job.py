"""Let a fresh checkpoint answer the test documents, and hold it against the version in production."""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from annotation.documents.models import Document
from annotation.projects.models import Project, Promotion
from modelops.engine.examples import Predicted
from modelops.engine.serving import Predictor
from modelops.evaluation.compare import compare, first_version
from modelops.evaluation.facts import groups
from modelops.evaluation.fewer_bits import judge_int8
from modelops.evaluation.metrics import Figures, score_all
from modelops.evaluation.outcomes import outcomes_of
from modelops.evaluation.reading import facts_of
from modelops.evaluation.report import Answered, Head, report_of
from modelops.registry.job import predict_and_store, predict_documents, predictor_for, takes_int8
from modelops.registry.models import ModelVersion
from modelops.registry.predictions import NewPrediction, answers_of, lent_document_ids
from modelops.registry.services import production_of

logger = logging.getLogger(__name__)
SLICE = 64
# So many documents at the head of the queue are answered before a promotion, so that nobody waits for them after it.
HEAD_OF_QUEUE = 64

Answers = list[Mapping[str, Any]]  # Any: JSON


@dataclass(frozen=True, slots=True)
class HeldOut:
    """Test documents with their gold answers, in one order, and the kinds of the label sets that were learned."""

    document_ids: tuple[int, ...]
    gold: Answers
    kinds: Mapping[str, str]
    trained_on: int


@dataclass(frozen=True, slots=True)
class Judged:
    metrics: dict[str, Any]  # Any: JSON
    comparison: dict[str, Any]  # Any: JSON
    predictions: list[NewPrediction]
    is_to_be_promoted: bool
    report: dict[str, Any]  # Any: JSON
    outcomes: dict[str, Any]  # Any: JSON


def judge(project: Project, split: HeldOut, predictor: Predictor, check: Callable[[], None]) -> Judged:
    """Figures, comparison with production, and all predictions made on the way. `check` may raise to stop it."""
    answered = _predict_in_order(predictor, split.document_ids, check)
    predictions = list(answered)
    candidate: Answers = [new.answer for new in answered]
    metrics = metrics_of(split, score_all(split.kinds, split.gold, candidate))
    if takes_int8():
        fewer = [new.answer for new in _predict_in_order(predictor.in_int8(), split.document_ids, check)]
        metrics["int8"] = judge_int8(split.kinds, split.gold, fewer, candidate)
    comparison = _comparison(project, split, candidate, check)
    promotes = project.promote == Promotion.GATE and passes(comparison, split.trained_on, production_of(project))
    if promotes:
        waiting = Document.objects.filter(project=project).open().in_queue_order().values_list("pk", flat=True)
        seen = {*lent_document_ids(project.pk), *waiting[:HEAD_OF_QUEUE]} - set(split.document_ids)
        predictions += _predict(predictor, sorted(seen), check)
    outcomes = outcomes_of(split.document_ids, split.kinds, split.gold, candidate)
    return Judged(metrics, comparison, predictions, promotes, _report(split, predictor, answered), outcomes)


def _report(split: HeldOut, predictor: Predictor, predictions: Sequence[NewPrediction]) -> dict[str, Any]:  # Any: JSON
    described = zip(predictor.checkpoint.heads, predictor.checkpoint.temperatures, strict=True)
    heads = {head.name: Head(head.kind, len(head.labels), temperature) for head, temperature in described}
    answered = Answered(
        gold=split.gold,
        predicted=[new.answer for new in predictions],
        confidence=[new.confidence for new in predictions],
        groups=groups(facts_of(split.document_ids)),
    )
    return report_of({name: head for name, head in heads.items() if name in split.kinds}, answered)


def metrics_of(split: HeldOut, label_sets: dict[str, Figures]) -> dict[str, Any]:  # Any: JSON
    """The figures by label set; the first label set of a kind also gives the plain figures `accuracy`, `span_f1`."""
    plain: dict[str, Any] = {}  # Any: JSON
    for row in label_sets.values():
        if row["kind"] == "choice":
            plain.setdefault("accuracy", row["accuracy"])
            plain.setdefault("macro_f1", row["macro_f1"])
        else:
            plain.setdefault("span_f1" if row["kind"] == "span" else "choices_f1", row["f1"])
    return {
        **plain,
        "train_documents": split.trained_on,
        "test_documents": len(split.document_ids),
        "label_sets": label_sets,
    }


def passes(comparison: Mapping[str, Any], trained_on: int, production: ModelVersion | None) -> bool:  # Any: JSON
    """With too little to compare, more gold is the better guess; a version that the gate finds worse never passes."""
    if comparison["verdict"] == "unknown":
        return production is None or trained_on >= production.documents
    return comparison["verdict"] in ("first", "better", "not_worse")


def _predict_in_order(predictor: Predictor, ids: Sequence[int], check: Callable[[], None]) -> list[NewPrediction]:
    by_document = {new.document_id: new for new in _predict(predictor, ids, check)}
    return [by_document[document_id] for document_id in ids]


def _predict(predictor: Predictor, ids: Sequence[int], check: Callable[[], None]) -> list[NewPrediction]:
    made: list[NewPrediction] = []
    for start in range(0, len(ids), SLICE):
        check()
        documents = list(Document.objects.filter(pk__in=ids[start : start + SLICE]))
        answers: list[Predicted] = predict_documents(predictor, documents)
        made.extend(
            NewPrediction(document.pk, predicted.answer, predicted.confidence, predicted.whole)
            for document, predicted in zip(documents, answers, strict=True)
        )
    return made


def _comparison(
    project: Project, split: HeldOut, candidate: Answers, check: Callable[[], None]
) -> dict[str, Any]:  # Any: JSON
    production = production_of(project)
    if production is None:
        return first_version()
    before = _production_answers(production, split.document_ids, check)
    both = [place for place, document_id in enumerate(split.document_ids) if document_id in before]
    compared = compare(
        split.kinds,
        [split.gold[place] for place in both],
        [candidate[place] for place in both],
        [before[split.document_ids[place]] for place in both],
    )
    return {**compared, "against": production.number}


def _production_answers(
    production: ModelVersion, ids: Sequence[int], check: Callable[[], None]
) -> dict[int, dict[str, Any]]:  # Any: JSON
    """What production says about the same documents; what it was not asked before, it is asked now."""
    known = answers_of(production.number, ids)
    missing = [document_id for document_id in ids if document_id not in known]
    try:
        for start in range(0, len(missing), SLICE):
            check()
            documents = list(Document.objects.filter(pk__in=missing[start : start + SLICE]))
            predict_and_store(production, predictor_for(production), documents)
    except ValueError as error:
        logger.warning("version %s could not be asked again: %s", production.pk, error)
    return answers_of(production.number, ids)

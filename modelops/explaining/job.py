"""Answer one question of why, with the version that made the prediction."""

import logging
from collections.abc import Mapping

from modelops.engine.explaining import explain
from modelops.explaining.models import Explanation
from modelops.explaining.services import CHECKPOINT_GONE, NotExplainable, version_of
from modelops.registry.job import predictor_for
from modelops.work.services import finish

logger = logging.getLogger(__name__)


def answer(explanation_id: int) -> None:
    """Write which words drove the stored answer, or why that can't be told. Doing it twice is harmless."""
    row = Explanation.objects.select_related("prediction__document").filter(pk=explanation_id, finished_at=None).first()
    if row is None:
        return
    prediction = row.prediction
    try:
        predictor = predictor_for(version_of(prediction))
    except (ValueError, OSError, NotExplainable) as problem:
        logger.warning("explanation %s: %s", explanation_id, problem)
        finish(row, error=CHECKPOINT_GONE)
        return
    known = {head.name: head.labels for head, _, _ in predictor.text_heads}
    labels = chosen_labels(prediction.answer, known)
    explained = explain(predictor, [prediction.document.text], [labels])[0]
    result = {
        name: {label: [word.as_wire() for word in words] for label, words in found.items()}
        for name, found in explained.items()
    }
    finish(row, result=result)


def chosen_labels(answer: Mapping[str, object], known: Mapping[str, tuple[str, ...]]) -> dict[str, list[str]]:
    """The labels that the answer gives in these label sets: one of a choice, each of choices."""
    chosen: dict[str, list[str]] = {}
    for name, labels in known.items():
        value = answer.get(name)
        given = value if isinstance(value, list) else [value]
        chosen[name] = [label for label in labels if label in given]
    return chosen

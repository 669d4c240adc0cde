"""What workers do with a registered version: load it and let it answer."""

import logging
from collections.abc import Sequence
from pathlib import Path

from django.conf import settings

from annotation.documents.models import Document
from modelops.engine.encoders import prepare_encoder
from modelops.engine.examples import Predicted
from modelops.engine.int8 import prefers_int8, supports_int8
from modelops.engine.network import device_for
from modelops.engine.serving import Predictor
from modelops.registry import checkpoints
from modelops.registry.models import ModelVersion
from modelops.registry.predictions import NewPrediction, store

logger = logging.getLogger(__name__)
MOST_LOADED = 2

# The versions this worker process has loaded, oldest first. A version never changes, so its key is enough.
_loaded: dict[tuple[int, str], Predictor] = {}


def prepare(name: str) -> Path:
    """The folder of an encoder, made on the first call. Raises KeyError for an unknown name."""
    return prepare_encoder(name, Path(settings.ENCODERS))


def takes_int8() -> bool:
    """Whether versions that may answer in int8 do so here; see settings.SERVING_NUMBERS."""
    if settings.SERVING_NUMBERS == "plain":
        return False
    is_taken = supports_int8 if settings.SERVING_NUMBERS == "int8" else prefers_int8
    return is_taken(device_for(None))


def predictor_for(version: ModelVersion, threads: int = 1) -> Predictor:
    """Answers in int8 where the version may and this process takes it; explanations never do.

    Raises UnsafeCheckpoint or ValueError when the checkpoint can't be used.
    """
    key = (version.pk, version.sha256)
    if key not in _loaded:
        folder = checkpoints.verified(version.path, version.sha256)
        while len(_loaded) >= MOST_LOADED:
            _loaded.pop(next(iter(_loaded)))
        predictor = Predictor.load(folder, prepare(version.encoder), threads=threads)
        is_int8 = version.may_answer_in_int8 and takes_int8()
        _loaded[key] = predictor.in_int8() if is_int8 else predictor
        logger.info("version %s loaded%s", version.pk, " in int8" if is_int8 else "")
    return _loaded[key]


def load(version_id: int) -> None:
    """Load a version ahead of its promotion, so that open cards need not wait for it."""
    version = ModelVersion.objects.filter(pk=version_id).first()
    if version is not None:
        predictor_for(version)


def predict_documents(predictor: Predictor, documents: Sequence[Document]) -> list[Predicted]:
    return predictor.predict(
        [document.text for document in documents],
        [[(part.start, part.end) for part in document.parts_typed] for document in documents],
        [[part.role for part in document.parts_typed] for document in documents],
    )


def predict_and_store(version: ModelVersion, predictor: Predictor, documents: Sequence[Document]) -> list[Predicted]:
    """What was predicted, in the order of the documents."""
    answers = predict_documents(predictor, documents)
    store(
        version.number,
        [
            NewPrediction(document.pk, predicted.answer, predicted.confidence, predicted.whole)
            for document, predicted in zip(documents, answers, strict=True)
        ],
    )
    return answers

"""Versions with an evaluation, for pages and cards: rows as a run leaves them, without a run's minutes."""

from annotation.documents.models import Document
from annotation.documents.texts import text_key
from annotation.projects.models import Project
from modelops.evaluation.facts import groups
from modelops.evaluation.learned import learned_of
from modelops.evaluation.metrics import score_all
from modelops.evaluation.models import Evaluation
from modelops.evaluation.outcomes import outcomes_of
from modelops.evaluation.reading import facts_of, people_of
from modelops.evaluation.report import Answered, Head, report_of
from modelops.evaluation.split import is_test
from modelops.registry.models import ModelVersion
from modelops.registry.services import NewVersion, register
from modelops.training.models import Run, RunState
from tests import make

KINDS = {"Category": "choice", "Entities": "span"}
LABELS = ("billing", "delivery", "other")
CHANNELS = ("mail", "chat")
SPAN = {"start": 0, "end": 6, "label": "ORG"}


def documents_for_testing(project: Project, count: int) -> list[Document]:
    """Documents of the test split, with gold; every other one came by chat."""
    texts = (f"ticket {number}: where is my order? 我的订单" for number in range(100_000))
    chosen = [text for text in texts if is_test(project.salt, text_key(text))][:count]
    made = []
    for place, text in enumerate(chosen):
        document = make.document(project, text, meta={"channel": CHANNELS[place % 2], "lang": "en"})
        make.gold(document, {"Category": LABELS[place % 3], "Entities": [SPAN]})
        made.append(document)
    return made


def an_evaluated_version(
    project: Project, documents: list[Document], new: NewVersion, *, wrong_every: int = 5
) -> ModelVersion:
    """A version that answers every so-manieth document wrong; all of its rows as a run would have left them."""
    ids = [document.pk for document in documents]
    gold = [{"Category": LABELS[place % 3], "Entities": [SPAN]} for place in range(len(ids))]
    said = [{**answer, "Category": _said(place, wrong_every)} for place, answer in enumerate(gold)]
    sure = [
        {"Category": {answer["Category"]: 0.6 + 0.004 * (place % 90)}, "Entities": [0.9]}
        for place, answer in enumerate(said)
    ]
    version = register(project_id=project.pk, new=new)
    for document, answer, confidence in zip(documents, said, sure, strict=True):
        make.prediction(document, answer, version=version.number, confidence=confidence)
    facts = facts_of(ids)
    heads = {"Category": Head("choice", 3, 1.4), "Entities": Head("span", 3)}
    Evaluation.objects.create(
        version=version,
        report=report_of(heads, Answered(gold, said, sure, groups(facts))),
        outcomes=outcomes_of(ids, KINDS, gold, said),
        learned=learned_of(KINDS, gold, facts, people_of(ids)),
    )
    ModelVersion.objects.filter(pk=version.pk).update(metrics={"label_sets": score_all(KINDS, gold, said)})
    Run.objects.create(
        project=project,
        state=RunState.SUCCEEDED,
        version=version,
        snapshot={"change": 1, "sha256": "ab" * 32, "documents": 10, "train": 8, "test": 2},
    )
    return version


def _said(place: int, wrong_every: int) -> str:
    return LABELS[(place + (place % wrong_every == 0)) % 3]

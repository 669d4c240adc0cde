"""The rows behind the pictures: projects with documents, predictions, versions, practice. Needs `on_site` first."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from annotation.annotations.models import Annotation, Status
from annotation.documents.grouping import group_all
from annotation.documents.models import Document
from annotation.documents.texts import text_key
from annotation.people.models import User
from annotation.practice.models import ItemKind, PracticeItem
from annotation.projects.models import Project, Role
from annotation.projects.services import add_member, create_project
from annotation.queue.models import Assignment, AssignmentKind
from modelops import signals
from modelops.evaluation.split import is_test
from modelops.registry.models import ModelVersion
from modelops.registry.services import NewVersion, promote, register
from modelops.training.dataset import last_change
from modelops.training.models import Run, RunState
from tests import make
from tests.acceptance.screen_texts import DIALOGUE, INTENTS_EN, NEXT, TICKET, TWINS, WORDS, Spans, unmarked

Answer = dict[str, Any]  # Any: JSON
PRODUCTION = 7
CATEGORIES = ("delivery", "billing", "account", "delivery", "fault")
TOPICS = {
    "refund": "退款", "delay": "延误", "damage": "破损", "staff": "服务态度", "price": "价格", "praise": "表扬",
}  # fmt: skip

# Versions of these projects have no checkpoint, so nothing may be started for them.
signals.version_promoted.receivers.clear()
signals.version_registered.receivers.clear()


def person(name: str) -> User:
    return User.objects.get(username=name)


def forget_preferences() -> None:
    """Every picture begins with a desk as it comes."""
    User.objects.filter(username__in=["alice", "mia"]).update(preferences={})


def project(language: str, label_sets: list[Answer] | None = None, **settings: Any) -> Project:  # Any: settings
    fixed = {"train_after": 0, "random_share": 0.0, "selection": "random"}
    made = create_project(
        user=person("mia"), name=WORDS[language]["project"], template="tickets", label_sets=label_sets,
        settings={**fixed, **settings},
    )  # fmt: skip
    for name, role in (("alice", Role.ANNOTATOR), ("bob", Role.ANNOTATOR), ("rui", Role.REVIEWER)):
        add_member(project=made, username=name, role=role)
    Project.objects.filter(pk=made.pk).update(production_version=PRODUCTION)
    made.refresh_from_db()
    return made


def add_ticket(made: Project, marked: str, *, name: str, order: int, **fields: Any) -> tuple[Document, Spans]:
    text, spans = unmarked(marked)
    return make.document(made, text, external_id=name, priority=float(-order), **fields), spans


def predict(document: Document, answer: Answer, confidence: Answer, version: int = PRODUCTION) -> None:
    make.prediction(document, answer, version=version, confidence=confidence)


def predict_ticket(document: Document, spans: Spans, category: str = "billing", sure: float = 0.86) -> None:
    others = [name for name in ("billing", "refund", "delivery", "fault", "account", "other") if name != category]
    shares = (0.6, 0.25, 0.08, 0.05, 0.02)
    found = {category: sure} | {name: (1 - sure) * share for name, share in zip(others, shares, strict=True)}
    scores = [round(0.97 - 0.07 * (number % 8), 2) for number in range(len(spans))]
    answer = {"Category": category, "Sentiment": "negative", "Entities": spans}
    feeling = {"negative": 0.91, "neutral": 0.07, "positive": 0.02}
    predict(document, answer, {"Category": found, "Sentiment": feeling, "Entities": scores})


def tickets(language: str, *, sure: float = 0.86, is_predicted: bool = True, **settings: Any) -> Project:
    """One ticket on the desk and some after it."""
    made = project(language, **settings)
    meta = {"channel": "email" if language == "en" else "微信", "at": "2026-11-19 09:41"}
    first, spans = add_ticket(made, TICKET[language], name="TCK-48213", order=0, meta=meta)
    rows = [(first, spans, "billing" if language == "en" else "fault")]
    for number, marked in enumerate(NEXT[language], 1):
        document, found = add_ticket(made, marked, name=f"TCK-482{29 + number}", order=number)
        rows.append((document, found, CATEGORIES[number - 1]))
    for document, found, category in rows if is_predicted else []:
        predict_ticket(document, found, category, sure if document is first else 0.83)
    _past_work(made, language)
    return made


def _past_work(made: Project, language: str) -> None:
    """So that the header has a progress and a pace."""
    for number in range(12):
        text, _spans = unmarked(NEXT[language][number % 5])
        done = make.document(made, f"{text} ({number})", external_id=f"TCK-481{number:02d}")
        answer = {"Category": "delivery", "Sentiment": "neutral", "Entities": []}
        Annotation.objects.create(
            document=done, user=person("alice"), answer=answer, status=Status.SUBMITTED, seconds=41.0
        )
        make.gold(done, answer)


def dialogue(language: str) -> Project:
    made = project(language)
    parts, spans, start = [], [], 0
    for role, marked in DIALOGUE[language]:
        text, found = unmarked(marked, start)
        parts.append((role, text))
        spans += found
        start += len(text) + 1
    predict_ticket(make.document(made, parts=parts, external_id="CHAT-1107"), spans, "refund")
    return made


def lend(document: Document, **fields: Any) -> Assignment:
    until = timezone.now() + timedelta(minutes=30)
    Document.objects.filter(pk=document.pk).update(slots=0)
    return Assignment.objects.create(
        project_id=document.project_id, document=document, user=person("alice"), expires_at=until, **fields
    )


def intents(language: str) -> Project:
    names = [(name, name.replace("_", " ").capitalize()) for name in INTENTS_EN]
    labels = [{"name": name, "titles": {"en": title}} for name, title in names]
    made = project(language, [{"name": "Intent", "titles": {"zh-hans": "意图"}, "kind": "choice", "labels": labels}])
    text = {
        "en": "I was charged twice for one coffee, €3.80 each time. 😡",
        "zh": "一杯咖啡扣了我两次，每次都是3.8欧元😡",
    }[language]
    shares = {"transaction_charged_twice": 0.71, "extra_charge_on_statement": 0.14, "request_refund": 0.06}
    for number in range(3):
        words, _ = unmarked(text if not number else NEXT[language][number])
        document = make.document(made, words, external_id=f"CARD-{number + 1}")
        predict(document, {"Intent": "transaction_charged_twice"}, {"Intent": shares})
    return made


def topics(language: str) -> Project:
    labels = [{"name": name, "titles": {"en": name.capitalize(), "zh-hans": title}} for name, title in TOPICS.items()]
    made = project(
        language,
        [
            {"name": "Topics", "titles": {"zh-hans": "话题"}, "kind": "choices", "labels": labels},
            {"name": "Summary", "titles": {"zh-hans": "摘要"}, "kind": "text", "required": False},
        ],
    )
    document, _ = add_ticket(made, TICKET[language], name="TCK-48213", order=0)
    answer = {"Topics": ["refund", "damage"], "Summary": WORDS[language]["summary"]}
    predict(document, answer, {"Topics": {"refund": 0.88, "damage": 0.63, "delay": 0.31, "staff": 0.2, "price": 0.04}})
    return made


def overlapping(language: str) -> Project:
    labels = [
        ("ORG", "Organization", "机构"),
        ("PLACE", "Place", "地点"),
        ("TOPIC", "Topic", "话题"),
        ("MOOD", "Mood", "情绪"),
    ]
    spans_set = {
        "name": "Marks", "titles": {"zh-hans": "标记"}, "kind": "span", "overlap": True, "required": False,
        "labels": [{"name": name, "titles": {"en": en, "zh-hans": zh}} for name, en, zh in labels],
    }  # fmt: skip
    made = project(language, [spans_set])
    text = {
        "en": "The Bank of East Asia branch in Hong Kong Central never called me back.",
        "zh": "香港中环的东亚银行分行一直没有给我回电话。",
    }[language]
    marks = {
        "en": {
            "Bank of East Asia": "ORG",
            "East Asia": "PLACE",
            "Bank of East Asia branch in Hong Kong Central": "TOPIC",
            "Hong Kong Central": "PLACE",
            "never called me back": "MOOD",
        },
        "zh": {
            "东亚银行": "ORG",
            "东亚": "PLACE",
            "香港中环的东亚银行分行": "TOPIC",
            "香港中环": "PLACE",
            "没有给我回电话": "MOOD",
        },
    }[language]
    spans = [{"start": text.index(q), "end": text.index(q) + len(q), "label": label} for q, label in marks.items()]
    document = make.document(made, text, external_id="TCK-48240")
    predict(document, {"Marks": spans}, {"Marks": [0.94, 0.61, 0.72, 0.9, 0.55]})
    return made


def practice(language: str, *, kind: ItemKind = ItemKind.GUIDED, **settings: Any) -> Project:
    made = tickets(language, **{"practice_size": 2, "practice_pass_mark": 0.5, **settings})
    for number in range(2):
        text, spans = unmarked(WORDS[language]["practice"] + " " * number)
        document = make.document(made, text, external_id=f"TRAIN-{number + 1}")
        make.gold(document, {"Category": "billing", "Sentiment": "negative", "Entities": spans})
        document.refresh_from_db()
        PracticeItem.objects.create(
            project=made, document=document, kind=kind, position=number, created_by=person("mia"),
            note=WORDS["en"]["note"], note_zh=WORDS["zh"]["note"],
        )  # fmt: skip
        if kind == ItemKind.HIDDEN and not number:
            Document.objects.filter(project=made).exclude(pk=document.pk).update(slots=0)
            lend(document, kind=AssignmentKind.HIDDEN)
    Document.objects.filter(project=made, external_id__startswith="TRAIN").update(slots=0)
    return made


def twins(language: str) -> Project:
    made = project(language)
    for number, order in enumerate(("LC-77120", "LC-77123", "LC-77128")):
        document = make.document(made, TWINS[language].format(order), external_id=f"TCK-4826{number}")
        predict_ticket(document, [], "delivery")
    group_all(made.pk)
    return made


def bulk(language: str, subjects: Sequence[str]) -> Project:
    made = project(language)
    for number in range(24):
        text = subjects[number % 4].format(f"LC-77{100 + 7 * number}")
        document = make.document(made, text, external_id=f"TCK-49{number:02d}")
        predict_ticket(document, [], ("delivery", "billing", "refund", "fault")[number % 4], 0.97 - 0.02 * number)
    return made


def next_versions(made: Project, count: int, run: Run | None = None) -> ModelVersion:
    """The newest of so many versions; it's in production. `run` is the run that made it."""
    for _ in range(count):
        new = NewVersion("none", "0" * 64, "none", 400, comparison={"verdict": "first"})
        version = register(project_id=made.pk, new=new)
    if run:
        run.version = version
        run.save()
    return promote(version, user=None)


def corrected(made: Project, number: int = 6) -> Run:
    """Alice has put right what version 7 said; the run that is returned learned it."""
    wrong, right = {"Category": "other"}, {"Category": "billing"}
    texts = [text for place in range(60) if not _is_tested(made, text := f"Charged twice for order {place}")][:number]
    for text in texts:
        document = make.document(made, text)
        before = make.prediction(document, wrong, version=PRODUCTION)
        Annotation.objects.create(
            document=document, user=person("alice"), answer=right, status=Status.SUBMITTED, prediction=before
        )
        make.gold(document, right)
        make.prediction(document, right, version=PRODUCTION + 1)
    snapshot = {"change": last_change(made.pk)}
    return Run.objects.create(project=made, state=RunState.SUCCEEDED, snapshot=snapshot, finished_at=timezone.now())


def _is_tested(made: Project, text: str) -> bool:
    return is_test(made.salt, text_key(text))


def a_run(made: Project, progress: float) -> Run:
    with transaction.atomic():
        return Run.objects.create(
            project=made,
            state=RunState.RUNNING,
            progress=progress,
            started_at=timezone.now(),
            heartbeat_at=timezone.now(),
        )

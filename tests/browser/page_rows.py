"""Rows that pages show and no test makes otherwise."""

from datetime import timedelta
from typing import Any

from django.utils import timezone

from annotation.alerts.models import Alert, NotificationChoice
from annotation.alerts.services import Cause, close, raise_alert, snooze
from annotation.annotations.models import Annotation, Status
from annotation.annotations.review_items import ReviewItem
from annotation.consistency.models import ConsistencyRule
from annotation.documents.models import Document
from annotation.imports.formats import Format
from annotation.imports.models import Import
from annotation.imports.options import ImportOptions
from annotation.imports.services import Upload, request_preview
from annotation.planning.services import save_plan
from annotation.plans.rules import Rule, RuleKind, Which
from annotation.practice.gold_sets import create_gold_set
from annotation.practice.models import GoldSet, ItemKind, PracticeAttempt, PracticeItem
from annotation.projects.models import LabelSet, Project
from annotation.quality.models import Skill
from annotation.webhooks.models import Delivery, DeliveryState, Webhook
from modelops.certificates.models import Certificate
from modelops.erasures.models import Erasure
from modelops.forecast.models import Forecast
from modelops.registry.models import ModelVersion
from modelops.registry.services import NewVersion, promote, register
from modelops.suspects.models import Suspect
from modelops.training.models import Run, RunState
from tests import make
from tests.modelops.evaluated import an_evaluated_version, documents_for_testing

LABELS = {"billing": {"precision": 0.9, "recall": 0.8, "f1": 0.85, "support": 40}}
FIGURES = {"kind": "choice", "documents": 50, "accuracy": 0.875, "f1": 0.875, "macro_f1": 0.85, "labels": LABELS}
METRICS = {"label_sets": {"Category": FIGURES}}
LOSSES = {"losses": [[1, 2.0], [2, 1.2], [3, 0.5]]}


def certificates_of(project: Project) -> None:
    """One that holds, one that a manager revoked, and one look that came to nothing."""
    project.auto_accept = {"precision": 0.95, "confidence": 0.9}
    project.save(update_fields=["auto_accept"])
    version = ModelVersion.objects.get(project=project, stage="production")
    promise: dict[str, Any] = {"project": project, "version": version, "target": 0.95, "asked_level": 0.9}
    promise |= {"level": 0.925, "sample": 120}
    found: dict[str, Any] = {"threshold": 0.91, "coverage": 0.7, "bound": 0.951}
    found |= {"over": 84, "right": 83, "accepted": 1200}
    Certificate.objects.create(**promise, **found, state="valid")
    Certificate.objects.create(
        **promise, **found, label_set="Sentiment", state="ended", end="manager", ended_by=project.created_by
    )
    Certificate.objects.create(**promise, label_set="Entities", state="refused", look=2)


def alerts_of(project: Project) -> tuple[Alert, Alert]:
    """One that is open, with a mail on its way, and one that was snoozed and closed."""
    now, manager = timezone.now(), project.created_by
    NotificationChoice.objects.create(user=manager, kind="surge", by_mail=True)
    named = {"name": "billing", "titles": {"en": "Billing", "zh-hans": "账单"}}
    found: dict[str, Any] = {"topic": named, "window": 60, "first": 1, "last": 60, "negatives": 18, "texts": 20}
    found |= {"share": 0.9, "usual": 0.21, "before": 640, "chance": 3e-10, "limit": 2.8e-6}
    opened = raise_alert(project.pk, Cause("surge", "1:2", found, now, "figure=topics&negative=1"))
    run = Run.objects.filter(project=project).first()
    failed = {"run": run.pk if run else 1, "failures": 1, "error": "The disk is full.", "at": now.isoformat()}
    closed = raise_alert(project.pk, Cause("run_failed", "", failed, now))
    standing = {"open": 3, "people": 1, "lent": 0, "minutes": 31, "since": now.isoformat()}
    resting = raise_alert(project.pk, Cause("stalled", "", standing, now))
    assert opened is not None
    assert closed is not None
    assert resting is not None
    snooze(resting, user=manager, until=now + timedelta(days=1))
    close(closed, user=manager, note="Bought a larger disk.")
    return opened, closed


def doubts_of(project: Project, document: Document) -> None:
    """A value that is unlikely, and a rule that it breaks."""
    Suspect.objects.create(
        project=project, document=document, label_set="Category", given="delivery", suggested="billing", likelihood=0.02
    )
    category, sentiment = (LabelSet.objects.get(project=project, name=name) for name in ("Category", "Sentiment"))
    ConsistencyRule.objects.create(
        project=project, if_label_set=category, if_test="is", if_label="delivery", then_label_set=sentiment,
        then_test="is_not", then_label="negative", created_by=project.created_by,
    )  # fmt: skip


def waiting_for_review(project: Project) -> None:
    """One answer that differs from the model's, and three people of whom two agree."""
    single = make.document(project, "我是张伟，在北京付了6999元。", external_id="zh-2", slots=0, state="annotated")
    shared = make.document(project, "The parcel of Contoso is late", external_id="en-3", slots=0, state="annotated")
    make.prediction(single, {"Category": "billing", "Sentiment": "negative", "Entities": []}, version=1)
    people = [make.member(project, name) for name in ("carl", "dora", "emil")]
    rows = []
    for document, person, category in (
        (single, people[0], "other"),
        *((shared, person, name) for person, name in zip(people, ("other", "delivery", "other"), strict=True)),
    ):
        answer = {"Category": category, "Sentiment": "negative", "Entities": [{"start": 0, "end": 3, "label": "ORG"}]}
        rows.append(Annotation.objects.create(document=document, user=person, answer=answer, status=Status.SUBMITTED))
    ReviewItem.objects.create(project=project, document=single, annotation=rows[0], reason="all", place=0.5)
    ReviewItem.objects.create(project=project, document=shared, reason="people_differ", place=0.5)


def a_preview(project: Project) -> Import:
    body = "body;Category;note\nWhere is my parcel?;delivery;\n我的包裹在哪里？;refund;😀\n"
    return request_preview(
        project=project,
        user=project.created_by,
        upload=Upload("票 tickets.csv", Format("csv"), [body.encode()]),
        options=ImportOptions(delimiter=";"),
    )


def two_evaluated_versions(project: Project) -> ModelVersion:
    documents = documents_for_testing(project, 40)
    versions = [
        an_evaluated_version(project, documents, NewVersion("1/1", "0" * 64, "e", 10), wrong_every=wrong_every)
        for wrong_every in (3, 4)
    ]
    comparison = {"verdict": "not_worse", "against": versions[0].number, "documents": 40}
    ModelVersion.objects.filter(pk=versions[1].pk).update(comparison=comparison)
    return versions[1]


def a_model(project: Project) -> tuple[Run, ModelVersion]:
    new = NewVersion("1/1", "0" * 64, "e", 10, metrics=METRICS, comparison={"verdict": "first"})
    version = register(project_id=project.pk, new=new)
    promote(version, user=None)
    run = Run.objects.create(
        project=project, state=RunState.SUCCEEDED, progress=1, metrics=METRICS | LOSSES, version=version,
        finished_at=timezone.now(), started_at=timezone.now(),
    )  # fmt: skip
    return run, version


def a_webhook(project: Project) -> Webhook:
    """With a delivery that failed."""
    made = Webhook.objects.create(
        project=project, url="https://example.org/x", secret="whsec_eA==", created_by=project.created_by
    )
    Delivery.objects.create(
        webhook=made, first_seq=1, last_seq=2, changes=2, next_attempt_at=timezone.now(), state=DeliveryState.FAILED
    )
    return made


def a_forecast_and_an_erasure(project: Project) -> None:
    """One label set with a curve, and a document that the version in production had learned from."""
    sizes = [20, 40, 80, 160, 320]
    scores = [0.55, 0.66, 0.74, 0.79, 0.83]
    curves = [[0.9 + 0.002 * number, 1.4, 0.46 + 0.01 * number] for number in range(-5, 6)]
    found = {"sizes": sizes, "scores": scores, "tested": 90, "curves": [[0.9, 1.4, 0.46], *curves]}
    Forecast.objects.create(
        project=project, state="succeeded", curves={"Category": found}, measured_at=timezone.now(), total=410
    )
    Erasure.objects.create(
        project=project, document_id=999_999, versions=[1], reason="Asked for by e-mail 被要求", by=project.created_by
    )


def a_plan(project: Project) -> None:
    """Rules, documents for nobody, and a person's languages and skill. Each field of a time has seven stops of Tab."""
    person = project.memberships.get(user__username="carl").user
    category = LabelSet.objects.get(project=project, name="Category")
    Skill.objects.create(project=project, user=person, label_set=category, value=0.8, low=0.7, high=0.9, documents=30)
    until = timezone.now() + timedelta(days=1)
    rules = [
        Rule(RuleKind.LANGUAGE),
        Rule(RuleKind.SKILL, Which(language="zh", meta=(("lang", "zh"),)), label_set="Category", at_least=0.99),
        Rule(RuleKind.OVERLAP, number=2),
        Rule(RuleKind.DEADLINE, until=until),
        Rule(RuleKind.LOAD, most_open=10),
    ]
    languages = {row.user_id: ["en"] for row in project.memberships.exclude(user=project.created_by)}
    save_plan(project=project, user=project.created_by, rules=rules, languages=languages)


def a_gold_set(project: Project, document: Document, name: str = "dora") -> GoldSet:
    """Somebody answers it right for three weeks and wrong in the fourth: the page of sets tells it."""
    gold_set = create_gold_set(project=project, user=project.created_by, name="Hard 难题", share=0.05)
    items = [
        PracticeItem(
            project=project, document=make.document(project, f"Known {place}", slots=0), kind=ItemKind.HIDDEN,
            gold_set=gold_set, created_by=project.created_by,
        )
        for place in range(80)
    ]  # fmt: skip
    person = project.memberships.get(user__username=name).user
    rows = [
        PracticeAttempt(project=project, user=person, item=item, round=0, score=1.0, is_right=place < 60)
        for place, item in enumerate(PracticeItem.objects.bulk_create(items))
    ]
    PracticeAttempt.objects.bulk_create(rows)
    for place, row in enumerate(rows):
        at = timezone.now() - timedelta(days=28 - place // 3)
        PracticeAttempt.objects.filter(pk=row.pk).update(created_at=at)
    make.gold(document, {"Category": "billing", "Sentiment": "negative", "Entities": []})
    return gold_set

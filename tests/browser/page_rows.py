"""Rows that pages show and no test makes otherwise."""

from typing import Any

from annotation.consistency.models import ConsistencyRule
from annotation.documents.models import Document
from annotation.projects.models import LabelSet, Project
from modelops.certificates.models import Certificate
from modelops.registry.models import ModelVersion
from modelops.suspects.models import Suspect


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

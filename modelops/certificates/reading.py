"""How a project's certificates stand, for pages and API."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from django.core.cache import cache

from annotation.projects.models import LabelSet, Project
from modelops.certificates.accepting import MOST_WAITING, still_standing
from modelops.certificates.conformal import lac_threshold, likely_labels
from modelops.certificates.looking import Asked, AuditFigures, audit_figures
from modelops.certificates.looks import size_for_next
from modelops.certificates.models import Certificate, CertificateState, CertificateWork, End
from modelops.certificates.sample import WHOLE, Sample, sample_of
from modelops.registry.models import ModelVersion
from modelops.registry.services import production_of

StandingState = Literal["certified", "not_certified", "revoked", "impossible"]
SHOWN = 50
# Likely labels for people: the true one is among them in at least this share of documents.
LIKELY_LEVEL = 0.9
_KEPT_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Standing:
    """One label set, or the whole document where `label_set` is empty.

    `sample`: random documents so far; `missing`: so many more until the next look. `last`: the newest look's outcome.
    """

    label_set: str
    title: str
    state: StandingState
    sample: int
    missing: int
    certificate: Certificate | None
    last: Certificate | None

    @property
    def is_due(self) -> bool:
        """Enough documents are there; a worker will look in a moment."""
        return self.state == "not_certified" and self.missing == 0


@dataclass(frozen=True, slots=True)
class Overview:
    """`unlearned`: required label sets that the version can't answer. `kept`: accepted answers that still stand."""

    asked: Asked | None
    version: ModelVersion | None
    standings: list[Standing]
    unlearned: list[str]
    audit: AuditFigures | None
    kept: int
    work: CertificateWork | None
    history: list[Certificate]

    @property
    def certificate(self) -> Certificate | None:
        """That of the whole document, under which answers are accepted."""
        return next((row.certificate for row in self.standings if row.label_set == WHOLE), None)

    @property
    def is_waiting_for_people(self) -> bool:
        return self.audit is not None and self.audit.waiting >= MOST_WAITING


def overview_of(project: Project) -> Overview:
    """A fixed number of statements."""
    asked, version = Asked.by(project), production_of(project)
    history = list(Certificate.objects.filter(project=project).select_related("version", "ended_by")[:SHOWN])
    titles = {row.name: row.title for row in LabelSet.objects.filter(project=project)}
    standings, unlearned = [], []
    if asked is not None and version is not None:
        sample = sample_of(version)
        looks = _looks_of(version, asked)
        standings = [_standing(name, titles, sample, asked, looks) for name in sample.judged]
        unlearned = [titles.get(name, name) for name in sample.unlearned]
    current = next((row.certificate or row.last for row in standings if row.label_set == WHOLE), None)
    return Overview(
        asked=asked,
        version=version,
        standings=standings,
        unlearned=unlearned,
        audit=audit_figures(current) if current else None,
        kept=still_standing(project),
        work=CertificateWork.objects.filter(project=project).first(),
        history=history,
    )


def _looks_of(version: ModelVersion, asked: Asked) -> dict[str, list[Certificate]]:
    """Newest first, by label set."""
    found: dict[str, list[Certificate]] = {}
    rows = Certificate.objects.filter(version=version, target=asked.target, asked_level=asked.level)
    for row in rows.select_related("version", "ended_by").order_by("-pk"):
        found.setdefault(row.label_set, []).append(row)
    return found


def _standing(
    name: str, titles: Mapping[str, str], sample: Sample, asked: Asked, looks: Mapping[str, list[Certificate]]
) -> Standing:
    taken = looks.get(name, [])
    valid = next((row for row in taken if row.state == CertificateState.VALID), None)
    last_size = taken[0].sample if taken else 0
    needed = size_for_next(looks=len(taken), last_size=last_size, target=asked.target, delta=asked.delta)
    size = len(sample.judged[name].ids)
    state: StandingState = "certified" if valid else "not_certified"
    if not valid and any(row.end in (End.MANAGER, End.AUDIT) for row in taken):
        state = "revoked"
    if name == WHOLE and sample.unlearned:
        state = "impossible"
    last = taken[0] if taken else None
    return Standing(name, titles.get(name, ""), state, size, max(0, needed - size), valid, last)


def likely_of(version: ModelVersion, confidence: Mapping[str, object]) -> dict[str, list[str]]:
    """By label set of a choice, the labels likely enough to name; a label set with too little gold is left out."""
    thresholds = _thresholds(version)
    return {
        name: likely_labels({label: float(value) for label, value in chances.items()}, thresholds[name])
        for name, chances in confidence.items()
        if name in thresholds and isinstance(chances, Mapping)
    }


def _thresholds(version: ModelVersion) -> dict[str, float]:
    """By label set; looked up anew once a minute, for gold comes in all the time."""
    key = f"likely:{version.pk}"
    found: dict[str, float] | None = cache.get(key)
    if found is None:
        truths = sample_of(version).truths
        each = {name: lac_threshold(values, level=LIKELY_LEVEL) for name, values in truths.items()}
        found = {name: value for name, value in each.items() if value is not None}
        cache.set(key, found, _KEPT_SECONDS)
    return found

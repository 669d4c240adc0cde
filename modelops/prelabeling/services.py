"""Ask for predictions: of a whole project by its version in production, or of a few texts for an API client."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from annotation.documents.models import Document
from annotation.predictions.models import Prediction
from annotation.projects.models import Project
from modelops import signals
from modelops.prelabeling.models import PredictRequest, Prelabeling, WorkState
from modelops.registry.models import ModelVersion
from modelops.registry.services import production_of

STALE_AFTER = timedelta(seconds=20)
RESEND_AFTER = timedelta(seconds=3)
MOST_FAILURES = 5
KEEP_REQUESTS = timedelta(hours=1)
ANSWER_WITHIN = timedelta(seconds=60)


class NoVersion(Exception):
    def __init__(self) -> None:
        super().__init__(_("This project has no version in production yet. Train one first."))


@transaction.atomic
def request_prelabeling(version_id: int) -> Prelabeling:
    """Queue the work for whatever documents the version has not answered. A slice under way stops and starts anew."""
    version = ModelVersion.objects.select_for_update().get(pk=version_id)
    total = Document.objects.filter(project=version.project_id).count()
    theirs = Prediction.objects.filter(document__project=version.project_id, version=version.number, source="")
    row, is_new = Prelabeling.objects.get_or_create(
        version=version, defaults={"total": total, "done": min(total, theirs.count())}
    )
    if not is_new:
        Prelabeling.objects.filter(pk=row.pk).update(
            state=WorkState.QUEUED,
            attempt=F("attempt") + 1,
            failures=0,
            error="",
            total=total,
            done=min(total, theirs.count()),
        )
        row.refresh_from_db()
    _send_after_commit(row)
    return row


def prelabel_new_documents(project_id: int) -> None:
    """After an import: the version in production answers the new documents too."""
    version = production_of(Project.objects.get(pk=project_id))
    if version is not None:
        request_prelabeling(version.pk)


def _send_after_commit(row: Prelabeling) -> None:
    version_id, attempt = row.version_id, row.attempt
    transaction.on_commit(
        lambda: signals.prelabeling_requested.send(sender=Prelabeling, version_id=version_id, attempt=attempt)
    )


def claim(version_id: int) -> Prelabeling | None:
    """Take the work for one slice; None when there is none, another worker has it, or the version is retired."""
    now = timezone.now()
    free = Q(state=WorkState.QUEUED) | Q(state=WorkState.RUNNING, heartbeat_at__lt=now - STALE_AFTER)
    with transaction.atomic():
        row = (
            Prelabeling.objects.select_for_update(of=("self",))
            .select_related("version__project")
            .filter(free, version_id=version_id)
            .first()
        )
        if row is None:
            return None
        row.attempt, row.state, row.heartbeat_at = row.attempt + 1, WorkState.RUNNING, now
        row.save(update_fields=["attempt", "state", "heartbeat_at"])
        return row


def is_mine(row: Prelabeling, *, done: int) -> bool:
    """Note the progress; False when another worker or a new request has taken over, and nothing was written."""
    mine = Prelabeling.objects.filter(pk=row.pk, attempt=row.attempt, state=WorkState.RUNNING)
    return bool(mine.update(done=done, heartbeat_at=timezone.now()))


@transaction.atomic
def end_slice(row: Prelabeling, state: WorkState, *, error: str = "", failures: int = 0) -> bool:
    """Leave the work as succeeded, failed, or queued for the next slice."""
    mine = Prelabeling.objects.filter(pk=row.pk, attempt=row.attempt, state=WorkState.RUNNING)
    is_mine = bool(mine.update(state=state, error=error, failures=failures, heartbeat_at=timezone.now()))
    if is_mine and state == WorkState.QUEUED and not error:
        _send_after_commit(row)
    return is_mine


def ask(project: Project, texts: list[str]) -> PredictRequest:
    """Hand texts to a worker; its answer appears in the row. Raises NoVersion."""
    if project.production_version is None:
        raise NoVersion
    with transaction.atomic():
        request = PredictRequest.objects.create(project=project, texts=texts)
        transaction.on_commit(lambda: signals.predict_requested.send(sender=PredictRequest, request_id=request.pk))
    return request


def answer_of(request_id: int) -> PredictRequest | None:
    """The request once a worker has answered it."""
    return PredictRequest.objects.filter(pk=request_id, finished_at__isnull=False).first()


def make_rounds() -> None:
    """Send again what was queued and lost, or whose worker died; clear old requests away."""
    now = timezone.now()
    _resend_prelabeling(now)
    open_requests = PredictRequest.objects.filter(
        finished_at__isnull=True, created_at__lt=now - RESEND_AFTER, created_at__gt=now - ANSWER_WITHIN
    )
    for request_id in open_requests.values_list("pk", flat=True)[:100]:
        signals.predict_requested.send(sender=PredictRequest, request_id=request_id)
    PredictRequest.objects.filter(created_at__lt=now - KEEP_REQUESTS).delete()


def _resend_prelabeling(now: datetime) -> None:
    waiting = Q(state=WorkState.QUEUED) & (Q(heartbeat_at__isnull=True) | Q(heartbeat_at__lt=now - RESEND_AFTER))
    orphaned = Q(state=WorkState.RUNNING, heartbeat_at__lt=now - STALE_AFTER)
    rows = Prelabeling.objects.filter(
        waiting | orphaned, version__stage="production", created_at__lt=now - RESEND_AFTER
    )
    for version_id, attempt in rows.values_list("version_id", "attempt"):
        signals.prelabeling_requested.send(sender=Prelabeling, version_id=version_id, attempt=attempt)

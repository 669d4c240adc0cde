"""Ask for predictions: of a whole project by its version in production, or of a few texts for an API client."""

from datetime import timedelta

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from annotation.documents.models import Document
from annotation.planning.placing import note_predictions
from annotation.predictions.models import Prediction
from annotation.projects.models import Project
from modelops import signals
from modelops.prelabeling.models import PredictRequest, Prelabeling
from modelops.registry.models import ModelVersion
from modelops.registry.services import production_of
from modelops.work.services import lost_calls, resend_lost, start_anew, tell_after_commit

KEEP_REQUESTS = timedelta(hours=1)


class NoVersion(Exception):
    def __init__(self) -> None:
        super().__init__(_("This project has no version in production yet. Train one first."))


@transaction.atomic
def request_prelabeling(version_id: int) -> Prelabeling:
    """Queue the work for whatever documents the version has not answered. A slice under way stops and starts anew."""
    version = ModelVersion.objects.select_for_update().get(pk=version_id)
    total = Document.objects.filter(project=version.project_id).count()
    theirs = Prediction.objects.filter(document__project=version.project_id, version=version.number, source="")
    done = min(total, theirs.count())
    row, is_new = Prelabeling.objects.get_or_create(version=version, defaults={"total": total, "done": done})
    if not is_new:
        start_anew(row, total=total, done=done)
    send_after_commit(row)
    return row


def prelabel_new_documents(project_id: int) -> None:
    """After an import: the version in production answers the new documents too."""
    version = production_of(Project.objects.get(pk=project_id))
    if version is not None:
        request_prelabeling(version.pk)


def send_after_commit(row: Prelabeling) -> None:
    tell_after_commit(signals.prelabeling_requested, row, of="version_id")


def ask(project: Project, texts: list[str]) -> PredictRequest:
    """Hand texts to a worker; its answer appears in the row. Raises NoVersion."""
    if project.production_version is None:
        raise NoVersion
    with transaction.atomic():
        request = PredictRequest.objects.create(project=project, texts=texts)
        transaction.on_commit(lambda: signals.predict_requested.send(sender=PredictRequest, request_id=request.pk))
    return request


def make_rounds() -> None:
    """Send again what was queued and lost, or whose worker died; clear old requests away."""
    rows = Prelabeling.objects.filter(version__stage="production")
    resend_lost(signals.prelabeling_requested, rows, of="version_id")
    for request_id in lost_calls(PredictRequest.objects.all()).values_list("pk", flat=True):
        signals.predict_requested.send(sender=PredictRequest, request_id=request_id)
    PredictRequest.objects.filter(created_at__lt=timezone.now() - KEEP_REQUESTS).delete()


def route_by_predictions(version_id: int) -> int | None:
    """The project whose documents go to other people now, because its version in production answered anew."""
    rows = Project.objects.filter(versions__pk=version_id, production_version=F("versions__number"))
    project_id = rows.values_list("pk", flat=True).first()
    return project_id if project_id and note_predictions(project_id) else None

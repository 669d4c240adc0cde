"""Ask which words drove a prediction. A worker answers once; the row then serves everybody."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from annotation.predictions.models import Prediction
from modelops import signals
from modelops.explaining.models import Explanation
from modelops.registry.models import ModelVersion
from modelops.work.services import ANSWER_WITHIN, lost_calls

# What a worker writes when it can't read the checkpoint any more.
CHECKPOINT_GONE = "checkpoint_gone"


class NotExplainable(Exception):
    """`code` says why, for programs."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


def version_of(prediction: Prediction) -> ModelVersion:
    """The version that made it. Raises NotExplainable when it was imported or nothing is left of its version."""
    if prediction.is_fast_head:
        raise NotExplainable("fast_head", _("The fast head answered here. Only versions can say which words counted."))
    if prediction.version is None or prediction.source:
        words = _("This prediction was imported: the site does not know how it came about.")
        raise NotExplainable("imported_prediction", words)
    version = (
        ModelVersion.objects.select_related("project")
        .filter(project=prediction.document.project_id, number=prediction.version)
        .first()
    )
    if version is None:
        raise checkpoint_gone()
    return version


def checkpoint_gone() -> NotExplainable:
    return NotExplainable(CHECKPOINT_GONE, _("The version that made this prediction is no longer on disk."))


@transaction.atomic
def ask_why(prediction: Prediction) -> Explanation:
    """The explanation, answered or on its way to a worker. Raises NotExplainable.

    One that failed, or that no worker answered in time, is asked anew.
    """
    version_of(prediction)
    row, is_new = Explanation.objects.select_for_update().get_or_create(prediction=prediction)
    if row.result is None and not is_new:
        given_up = row.finished_at is not None or row.created_at < timezone.now() - ANSWER_WITHIN
        if not given_up:
            return row
        row.attempt, row.created_at, row.error, row.finished_at = row.attempt + 1, timezone.now(), "", None
        row.save(update_fields=["attempt", "created_at", "error", "finished_at"])
    if row.result is None:
        transaction.on_commit(lambda: _send(row.pk, row.attempt))
    return row


def make_rounds() -> None:
    """Send again what somebody waits for and no worker has taken up."""
    for explanation_id, attempt in lost_calls(Explanation.objects.all()).values_list("pk", "attempt"):
        _send(explanation_id, attempt)


def _send(explanation_id: int, attempt: int) -> None:
    signals.explanation_requested.send(sender=Explanation, explanation_id=explanation_id, attempt=attempt)

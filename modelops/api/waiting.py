"""The web process loads no model: it waits until a worker has written its answer into the row."""

import time
from typing import TypeVar

from django.conf import settings
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from annotation.api.errors import ApiError
from modelops.work.models import WorkerCall
from modelops.work.services import answered

POLL_SECONDS = 0.05
WAIT_SECONDS = 60

Call = TypeVar("Call", bound=WorkerCall)


def wait_for(calls: QuerySet[Call], call_id: int, *, seconds: float = WAIT_SECONDS) -> Call:
    """The answered row. Raises ApiError 503 when no worker answers in time."""
    until = time.monotonic() + getattr(settings, "WORKER_WAIT_SECONDS", seconds)
    while (row := answered(calls, call_id)) is None:
        if time.monotonic() > until:
            raise ApiError(503, "no_worker", _("No worker answered in time. Try again."))
        time.sleep(POLL_SECONDS)
    return row

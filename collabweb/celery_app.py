import logging
import os
import threading
import time

import redis
from celery import Celery, Task
from celery.signals import worker_ready
from django.conf import settings

from annotation.audit.acting import acting

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "collabweb.settings")

logger = logging.getLogger(__name__)
HEARTBEAT_STEP = 5.0


class ActingTask(Task):  # type: ignore[type-arg]  # a generic for type checkers alone
    """What a task changes stands in the audit log under the task's name."""

    def __call__(self, *args: object, **options: object) -> object:
        with acting(lambda: None, f"worker: {self.name.rsplit('.', 1)[-1]}"):
            return super().__call__(*args, **options)


app = Celery("collabweb", task_cls=ActingTask)
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(["annotation", "modelops"])


@worker_ready.connect
def start_heartbeat(**_: object) -> None:
    """A thread of its own: a worker that is busy with one long task is alive all the same."""
    threading.Thread(target=_beat, args=(list(app.amqp.queues.consume_from),), daemon=True).start()


def _beat(queues: list[str]) -> None:
    client = redis.Redis.from_url(settings.REDIS_URL, socket_timeout=5, socket_connect_timeout=5)
    while True:
        try:
            client.mset({f"collabweb:heartbeat:{queue}": time.time() for queue in queues})
        except redis.RedisError as error:
            logger.warning("no heartbeat, the broker does not answer: %s", error)
        time.sleep(HEARTBEAT_STEP)

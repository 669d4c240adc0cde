from datetime import timedelta

import pytest
from django.utils import timezone

from annotation.events.models import Event
from annotation.events.services import KEPT_FOR, prune, publish, publish_many
from tests import make

pytestmark = pytest.mark.django_db


def test_events_get_rising_ids_in_the_order_given() -> None:
    project = make.project()

    publish_many(project.pk, "queue.changed", [{"open": number} for number in range(5)])
    publish(project.pk, "version.promoted", {"number": 1})

    rows = list(Event.objects.after(project.pk, 0))
    assert [row.payload.get("open") for row in rows] == [0, 1, 2, 3, 4, None]
    assert [row.pk for row in rows] == sorted(row.pk for row in rows)


def test_old_events_are_pruned_and_young_ones_stay() -> None:
    project = make.project()
    publish_many(project.pk, "queue.changed", [{"open": 1}, {"open": 2}, {"open": 3}])
    long_ago = timezone.now() - KEPT_FOR - timedelta(hours=2)
    Event.objects.filter(payload__open__lt=3).update(at=long_ago)

    assert (prune(), prune()) == (2, 0)

    assert [row.payload["open"] for row in Event.objects.all()] == [3]

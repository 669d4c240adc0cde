"""The contract of background work, on the rows of embedding (slices) and of explanations (calls)."""

from datetime import timedelta

import pytest
from django.db import OperationalError
from django.utils import timezone

from modelops.explaining.models import Explanation
from modelops.live.models import EmbeddingWork
from modelops.work.models import WorkState
from modelops.work.services import (
    ANSWER_WITHIN,
    MOST_FAILURES,
    RESEND_AFTER,
    STALE_AFTER,
    answered,
    claim,
    end_slice,
    finish,
    is_mine,
    lost_calls,
    lost_work,
    start_anew,
    work_off,
)
from tests import make

pytestmark = pytest.mark.django_db


def queued(**fields: object) -> EmbeddingWork:
    return EmbeddingWork.objects.create(project=make.project(), total=10, **fields)


def claimed() -> EmbeddingWork:
    row = claim(EmbeddingWork.objects.all())
    assert row is not None
    return row


def silent_for(time: timedelta) -> None:
    EmbeddingWork.objects.update(heartbeat_at=timezone.now() - time)


def stored() -> EmbeddingWork:
    return EmbeddingWork.objects.get()


def a_call(**fields: object) -> Explanation:
    prediction = make.prediction(make.document(make.project()), {"Category": "other"})
    made = Explanation.objects.create(prediction=prediction)
    Explanation.objects.filter(pk=made.pk).update(**{"created_at": timezone.now(), **fields})
    return Explanation.objects.get(pk=made.pk)


def test_a_claim_takes_queued_work_once() -> None:
    queued()

    row = claimed()

    assert (stored().state, stored().attempt) == (WorkState.RUNNING, 1)
    assert row.heartbeat_at is not None
    assert claim(EmbeddingWork.objects.all()) is None


@pytest.mark.parametrize("state", [WorkState.SUCCEEDED, WorkState.FAILED])
def test_ended_work_is_not_claimed(state: WorkState) -> None:
    queued(state=state)

    assert claim(EmbeddingWork.objects.all()) is None


def test_a_stale_heartbeat_lets_the_next_worker_take_over_and_fences_off_the_first() -> None:
    queued()
    first = claimed()
    silent_for(STALE_AFTER + timedelta(seconds=1))

    second = claimed()

    assert second.attempt == first.attempt + 1
    assert not is_mine(first, done=9)
    assert not end_slice(first, WorkState.SUCCEEDED)
    assert (stored().done, stored().state) == (0, WorkState.RUNNING)
    assert is_mine(second, done=4)
    assert stored().done == 4


def test_a_beat_keeps_the_work_with_its_worker() -> None:
    queued()
    row = claimed()
    silent_for(STALE_AFTER + timedelta(seconds=1))
    assert is_mine(row, done=1)

    assert claim(EmbeddingWork.objects.all()) is None


def test_a_new_request_fences_off_the_slice_under_way() -> None:
    queued()
    row = claimed()

    start_anew(stored(), total=20)

    assert not is_mine(row, done=1)
    assert not end_slice(row, WorkState.SUCCEEDED)
    assert (stored().state, stored().total, stored().attempt) == (WorkState.QUEUED, 20, 2)


def test_a_slice_with_work_left_sends_the_next_message_and_the_last_one_none() -> None:
    queued()
    sent: list[int] = []

    work_off(claimed(), lambda _: False, lambda row: sent.append(row.pk))
    assert (stored().state, sent) == (WorkState.QUEUED, [stored().pk])

    work_off(claimed(), lambda _: True, lambda row: sent.append(row.pk))
    assert (stored().state, len(sent)) == (WorkState.SUCCEEDED, 1)


def test_a_slice_that_was_taken_over_sends_nothing() -> None:
    queued()
    sent: list[int] = []

    def loses_its_work(row: EmbeddingWork) -> bool:
        start_anew(stored())
        return False

    work_off(claimed(), loses_its_work, lambda row: sent.append(row.pk))

    assert (stored().state, sent) == (WorkState.QUEUED, [])


def test_a_failing_slice_is_tried_five_times_and_then_says_why() -> None:
    queued()

    def fails(_: EmbeddingWork) -> bool:
        raise ValueError("the encoder is broken")

    states = []
    for _ in range(MOST_FAILURES):
        work_off(claimed(), fails, lambda _: None)
        states.append(stored().state)

    assert states == [WorkState.QUEUED] * (MOST_FAILURES - 1) + [WorkState.FAILED]
    assert stored().error == "the encoder is broken"


def test_a_slice_that_works_again_forgets_the_failures() -> None:
    queued(failures=3)

    work_off(claimed(), lambda _: False, lambda _: None)

    assert stored().failures == 0


def test_a_lost_database_is_no_failure_of_the_work() -> None:
    queued()

    def loses_the_database(_: EmbeddingWork) -> bool:
        raise OperationalError("server closed the connection")

    with pytest.raises(OperationalError):
        work_off(claimed(), loses_the_database, lambda _: None)

    assert (stored().state, stored().failures) == (WorkState.RUNNING, 0)


@pytest.mark.parametrize(
    ("state", "silent", "is_lost"),
    [
        (WorkState.QUEUED, RESEND_AFTER, True),
        (WorkState.QUEUED, timedelta(seconds=1), False),
        (WorkState.RUNNING, STALE_AFTER, True),
        (WorkState.RUNNING, RESEND_AFTER, False),
        (WorkState.SUCCEEDED, STALE_AFTER, False),
        (WorkState.FAILED, STALE_AFTER, False),
    ],
)
def test_work_is_lost_when_nobody_has_moved_it_for_a_while(
    state: WorkState, silent: timedelta, *, is_lost: bool
) -> None:
    queued(state=state)
    silent_for(silent + timedelta(milliseconds=100))
    EmbeddingWork.objects.update(created_at=timezone.now() - timedelta(minutes=5))

    assert lost_work(EmbeddingWork.objects.all()).exists() is is_lost


def test_fresh_work_without_a_beat_is_not_lost_yet() -> None:
    queued()

    assert not lost_work(EmbeddingWork.objects.all()).exists()


@pytest.mark.parametrize(
    ("age", "is_lost"),
    [(timedelta(seconds=1), False), (RESEND_AFTER * 2, True), (ANSWER_WITHIN + timedelta(seconds=1), False)],
)
def test_a_call_is_lost_as_long_as_somebody_waits_for_it(age: timedelta, *, is_lost: bool) -> None:
    a_call(created_at=timezone.now() - age)

    assert lost_calls(Explanation.objects.all()).exists() is is_lost


def test_the_first_answer_of_a_call_stays() -> None:
    call = a_call(created_at=timezone.now() - 2 * RESEND_AFTER)
    assert answered(Explanation.objects.all(), call.pk) is None

    finish(call, result={"first": 1})
    finish(call, result={"second": 2}, error="late")

    row = answered(Explanation.objects.all(), call.pk)
    assert row is not None
    assert (row.result, row.error) == ({"first": 1}, "")
    assert not lost_calls(Explanation.objects.all()).exists()

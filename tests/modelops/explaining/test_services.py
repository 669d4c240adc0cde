from datetime import timedelta

import pytest
from django.utils import timezone

from annotation.predictions.models import Prediction
from modelops.explaining.models import Explanation
from modelops.explaining.services import NotExplainable, ask_why, make_rounds
from modelops.registry.services import NewVersion, register
from modelops.work.services import ANSWER_WITHIN, finish
from tests import make
from tests.conftest import Messages

pytestmark = pytest.mark.django_db(transaction=True)


def a_prediction() -> Prediction:
    project = make.project()
    version = register(project_id=project.pk, new=NewVersion("1/1", "0" * 64, "e", 10))
    return make.prediction(make.document(project), {"Category": "delivery"}, version=version.number)


def test_a_second_asker_waits_for_the_same_answer(sent_messages: Messages) -> None:
    prediction = a_prediction()
    sent_messages.clear()

    first, second = ask_why(prediction), ask_why(prediction)

    assert first.pk == second.pk
    assert sent_messages == [("modelops.tasks.explain", (first.pk,))]


def test_an_answer_serves_every_later_call(sent_messages: Messages) -> None:
    prediction = a_prediction()
    row = ask_why(prediction)
    finish(row, result={"Category": {}})
    sent_messages.clear()

    again = ask_why(prediction)

    assert (again.result, again.attempt) == ({"Category": {}}, 0)
    assert sent_messages == []


@pytest.mark.parametrize("how", ["failed", "no worker"])
def test_what_failed_is_asked_anew(how: str, sent_messages: Messages) -> None:
    prediction = a_prediction()
    row = ask_why(prediction)
    if how == "failed":
        finish(row, error="checkpoint_gone")
    else:
        Explanation.objects.update(created_at=timezone.now() - 2 * ANSWER_WITHIN)
    sent_messages.clear()

    again = ask_why(prediction)

    assert (again.attempt, again.error, again.finished_at) == (1, "", None)
    assert sent_messages == [("modelops.tasks.explain", (row.pk,))]


def test_the_rounds_send_a_lost_question_again(sent_messages: Messages) -> None:
    row = ask_why(a_prediction())
    Explanation.objects.update(created_at=timezone.now() - timedelta(seconds=10), attempt=1)
    sent_messages.clear()

    make_rounds()

    assert sent_messages == [("modelops.tasks.explain", (row.pk,))]


def test_an_imported_prediction_and_a_lost_version_have_no_explanation() -> None:
    made = a_prediction()
    imported = Prediction.objects.create(document=made.document, answer={}, source="elsewhere")
    orphan = make.prediction(made.document, {"Category": "other"}, version=7)

    codes = []
    for prediction in (imported, orphan):
        with pytest.raises(NotExplainable) as refused:
            ask_why(prediction)
        codes.append(refused.value.code)

    assert codes == ["imported_prediction", "checkpoint_gone"]
    assert not Explanation.objects.exists()

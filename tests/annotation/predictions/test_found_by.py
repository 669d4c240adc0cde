"""What is said when rows are copied in is what the database says of them itself."""

import json
from typing import Any

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from annotation.predictions.found_by import certainty_of, labels_of
from annotation.predictions.models import Prediction
from tests import make

pytestmark = pytest.mark.django_db

Json = dict[str, Any]  # Any: JSON
NAMES = st.sampled_from(["Category", "Entities", "Topics", "Note"])
LABELS = st.sampled_from(["billing", "other", "投诉", "", "x" * 100, "x" * 101])
SPANS = st.fixed_dictionaries({"start": st.just(0), "end": st.just(1), "label": LABELS})
VALUES = st.none() | LABELS | st.lists(LABELS, max_size=3) | st.lists(SPANS, max_size=3) | st.booleans()
NUMBERS = st.floats(0, 1) | st.integers(0, 1)
SURE = st.none() | NUMBERS | st.lists(NUMBERS | st.none(), max_size=3) | st.dictionaries(LABELS, NUMBERS, max_size=3)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(answer=st.dictionaries(NAMES, VALUES, max_size=3), confidence=st.dictionaries(NAMES, SURE, max_size=3))
def test_both_say_the_same(answer: Json, confidence: Json) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT annotation_labels(%s::jsonb), annotation_certainty(%s::jsonb, %s::jsonb)",
            [json.dumps(answer), json.dumps(answer), json.dumps(confidence)],
        )
        labels, certainty = cursor.fetchone()

    assert labels_of(answer) == sorted(labels)
    assert certainty_of(answer, confidence) == certainty


def test_a_row_that_says_nothing_is_filled_in_by_the_database() -> None:
    document = make.document(make.project())
    row = make.prediction(document, {"Category": "billing"}, 2, confidence={"Category": {"billing": 0.25}})

    found = Prediction.objects.get(pk=row.pk)
    assert (found.project_id, found.labels, found.certainty) == (document.project_id, ["billing"], 0.25)

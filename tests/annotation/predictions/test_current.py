import pytest

from annotation.predictions.models import Prediction
from tests import make

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("stored", "production", "shown"),
    [
        ([1, 2], 2, 2),
        ([1, 2], 1, 1),
        ([1], 2, 1),
        ([2], 1, None),
        ([1], None, None),
        ([None, 1], None, None),
        ([None], 3, None),
    ],
)
def test_people_see_production_or_what_came_before_it(
    stored: list[int | None], production: int | None, shown: int | None
) -> None:
    document = make.document(make.project())
    for version in stored:
        source = "" if version else "elsewhere"
        Prediction.objects.create(document=document, version=version, source=source, answer={})

    seen = Prediction.objects.current([document.pk], production).get(document.pk)

    assert (seen.version if seen else None) == shown
    assert (seen is not None) == (None in stored or shown is not None)

import pytest

from annotation.people.models import User
from tests import make

pytestmark = pytest.mark.django_db
PATH = "/api/v1/account/preferences/"


def test_preferences_are_kept_per_person_and_merged() -> None:
    alice, bob = make.client(make.user("alice")), make.client(make.user("bob"))

    alice.patch(PATH, {"keys": {"skip": ["k"], "undo": []}, "granularity": "character"}, format="json")
    answer = alice.patch(PATH, {"single_keys": False, "granularity": None}, format="json")

    assert (answer.status_code, answer.json()) == (200, {"keys": {"skip": ["k"], "undo": []}, "single_keys": False})
    assert alice.get(PATH).json() == answer.json()
    assert bob.get(PATH).json() == {}


def test_a_label_can_have_a_key_of_its_own() -> None:
    keys = {"label:Category/退款 1": ["Shift+r"]}

    answer = make.client(make.user("alice")).patch(PATH, {"keys": keys}, format="json")

    assert (answer.status_code, answer.json()) == (200, {"keys": keys})


@pytest.mark.parametrize(
    ("body", "field", "code"),
    [
        ({"color": "red"}, "color", "unknown_preference"),
        ({"single_keys": "no"}, "single_keys", "bad_preference"),
        ({"granularity": "line"}, "granularity", "bad_preference"),
        ({"granularity": ["word"]}, "granularity", "bad_preference"),
        ({"keys": []}, "keys", "bad_preference"),
        ({"keys": {"skip": "k"}}, "keys", "bad_preference"),
        ({"keys": {"Skip it": ["k"]}}, "keys", "bad_preference"),
        ({"keys": {"skip": [""]}}, "keys", "bad_preference"),
        ({"keys": {"skip": ["a", "b", "c", "d", "e", "f"]}}, "keys", "bad_preference"),
        ({"favorites": {"12:Category": [1]}}, "favorites", "bad_preference"),
        ({"favorites": {f"{place}": ["x" * 100] * 100 for place in range(9)}}, "favorites", "too_large"),
    ],
)
def test_what_is_no_preference_is_422_and_nothing_changes(body: dict[str, object], field: str, code: str) -> None:
    alice = make.user("alice")

    answer = make.client(alice).patch(PATH, {"why": True, **body}, format="json")

    assert answer.status_code == 422
    errors = [(row["field"], row["code"]) for row in answer.json()["errors"]]
    assert errors == [(field if code != "too_large" else "why", code)]
    assert User.objects.get(pk=alice.pk).preferences == {}


def test_a_body_that_is_no_object_is_422() -> None:
    assert make.client(make.user("alice")).patch(PATH, [1], format="json").status_code == 422


def test_nobody_unknown_reads_preferences() -> None:
    assert make.client().get(PATH).status_code == 401

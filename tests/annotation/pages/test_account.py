import pytest
from django.test import Client

from annotation.people.models import Token
from annotation.people.services import use_token
from tests import make
from tests.annotation.pages.test_access import signed_in

pytestmark = pytest.mark.django_db


def test_a_token_is_shown_once_and_works() -> None:
    mia = make.user("mia")
    client = signed_in(mia)

    key = client.post("/account/tokens/", {"scopes": ["manage"]}).context["key"]

    token = use_token(key)
    assert token is not None
    assert token.user == mia
    assert key not in client.get("/account/tokens/").content.decode()


def test_a_token_of_somebody_else_is_not_deleted() -> None:
    make.client(make.user("mia"))
    token = Token.objects.get()

    assert signed_in(make.user("eve")).post(f"/account/tokens/{token.pk}/delete/").status_code == 404
    assert Token.objects.count() == 1


def test_the_language_is_switched_and_kept_with_the_person() -> None:
    mia = make.user("mia")
    client = signed_in(mia)

    answer = client.post("/account/language/", {"language": "zh-hans", "next": "/account/"}, follow=True)

    mia.refresh_from_db()
    assert mia.language == "zh-hans"
    assert '<html lang="zh-hans">' in answer.content.decode()


def test_the_language_comes_back_with_signing_in() -> None:
    mia = make.user("mia")
    mia.language = "zh-hans"
    mia.save()
    client = Client()

    client.post("/accounts/login/", {"login": "mia", "password": "correct horse battery"})

    assert '<html lang="zh-hans">' in client.get("/").content.decode()


@pytest.mark.parametrize("after", ["https://evil.example/", "//evil.example/", "javascript:alert(1)"])
def test_the_language_switch_leads_nowhere_else(after: str) -> None:
    answer = Client().post("/account/language/", {"language": "en", "next": after})

    assert answer["Location"] == "/"


def test_an_unknown_language_is_refused() -> None:
    assert Client().post("/account/language/", {"language": "xx"}).status_code == 400


def test_an_unknown_address_looks_like_the_rest_and_names_nothing() -> None:
    answer = Client().get("/projects/1/nothing/")

    assert answer.status_code == 404
    assert 'class="brand"' in answer.content.decode()

import pytest
from django.test import Client

from tests import make

pytestmark = pytest.mark.django_db

URL = "/api/v1/session/"


def test_a_page_learns_who_is_signed_in_and_the_token_that_their_calls_need() -> None:
    alice = make.user("alice")
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(alice)

    answer = browser.get(URL)

    assert answer.json()["user"] == alice.pk
    assert answer["Cache-Control"] == "no-store"
    tried = browser.post("/api/v1/projects/", {}, "application/json", headers={"X-CSRFToken": answer.json()["csrf"]})
    assert tried.status_code != 403
    assert browser.post("/api/v1/projects/", {}, "application/json").status_code == 403


def test_nobody_is_signed_in() -> None:
    answer = Client().get(URL)

    assert (answer.status_code, answer.json()["user"]) == (200, None)


def test_a_token_of_the_person_before_is_refused_after_somebody_else_signed_in() -> None:
    project = make.project()
    alice, bob = make.member(project, "alice"), make.member(project, "bob")
    document = make.document(project)
    browser = Client(enforce_csrf_checks=True)
    browser.post("/accounts/login/")
    browser.force_login(alice)
    old = browser.get(URL).json()["csrf"]
    browser.logout()
    page = browser.get("/accounts/login/")
    login = {"login": "bob", "password": "correct horse battery", "csrfmiddlewaretoken": page.context["csrf_token"]}
    browser.post("/accounts/login/", login)
    assert browser.get(URL).json()["user"] == bob.pk

    answer = browser.put(
        f"/api/v1/documents/{document.pk}/annotation/",
        {"answer": {"Category": "billing"}, "status": "draft"},
        "application/json",
        headers={"X-CSRFToken": old},
    )

    assert answer.status_code == 403
    assert not document.annotations.exists()

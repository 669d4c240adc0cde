import json
import re
from typing import Any

import pytest
from django.test import Client

from annotation.people.models import User
from annotation.projects.models import Project, Role
from annotation.queue.models import Assignment
from modelops.registry.models import ModelVersion
from modelops.registry.services import NewVersion, promote
from tests import make
from tests.modelops.evaluated import an_evaluated_version, documents_for_testing

pytestmark = pytest.mark.django_db


def browser(person: User) -> Client:
    client = Client()
    client.force_login(person)
    return client


def two_versions(count: int = 60) -> tuple[Project, ModelVersion, ModelVersion]:
    """Version 1 is wrong on every 5th document, version 2 on every 4th."""
    project = make.project()
    documents = documents_for_testing(project, count)
    new = NewVersion("1", "0" * 64, "some-encoder", 240, arguments={"epochs": None}, comparison={"verdict": "first"})
    first = an_evaluated_version(project, documents, new)
    promote(first, user=None)
    against = {"verdict": "not_worse", "against": 1, "documents": count, "label_sets": {}, "reasons": []}
    second = an_evaluated_version(
        project, documents, NewVersion("2", "0" * 64, "e", 240, comparison=against), wrong_every=4
    )
    return project, first, second


def page_of(project: Project, path: str, person: User | None = None) -> str:
    answer = browser(person or project.created_by).get(f"/projects/{project.pk}/{path}")
    assert answer.status_code == 200
    return re.sub(r"\s+", " ", answer.content.decode())


def test_the_page_of_a_version_shows_figures_slices_confusion_reliability_and_flips() -> None:
    project, _, second = two_versions()

    page = page_of(project, f"versions/{second.pk}/")

    assert "Category: right in 75.0 % of 60 test documents (between" in page
    assert "channel" in page
    assert "tint-" in page
    assert page.count("<circle") >= 2
    assert "temperature 1.40" in page
    assert "What changed from version 1 to version 2" in page
    assert "right before, wrong now" in page
    assert "5 %" in page


def test_the_cells_and_flips_open_exactly_the_documents_that_they_count() -> None:
    project, _, second = two_versions()
    client = browser(project.created_by)
    page = client.get(f"/projects/{project.pk}/versions/{second.pk}/").content.decode()
    links = re.findall(r'href="(/projects/\d+/versions/\d+/documents/\?[^"]+)">(\d+)<', page)
    assert len(links) >= 6

    for url, count in links:
        shown = client.get(url.replace("&amp;", "&")).content.decode()
        assert re.search(rf"\b{count} documents?\b", re.sub(r"\s+", " ", shown)), url


def test_the_mistakes_of_a_slice_are_listed() -> None:
    project, first, _ = two_versions()

    page = page_of(project, f"versions/{first.pk}/documents/?label_set=Category&by=meta.channel&value=chat")

    assert "mistakes of version 1 on “channel: chat”" in page
    assert "6 documents" in page


def test_documents_behind_figures_are_for_reviewers_and_never_those_in_the_readers_own_hands() -> None:
    project, _, second = two_versions()
    path = f"versions/{second.pk}/documents/?label_set=Category&against=1&change=lost"
    bob, rui = make.member(project, "bob"), make.member(project, "rui", Role.REVIEWER)
    before = int(re.search(r"(\d+) documents", page_of(project, path, rui))[1])  # type: ignore[index]
    assert browser(bob).get(f"/projects/{project.pk}/{path}").status_code == 403
    assert "/documents/?label_set" not in page_of(project, f"versions/{second.pk}/", bob)
    ids = re.findall(r"/documents/(\d+)/", page_of(project, path, rui))
    Assignment.objects.create(project=project, user=rui, document_id=int(ids[0]), expires_at="2999-01-01T00:00:00Z")

    assert f"{before - 1} documents" in page_of(project, path, rui)


@pytest.mark.parametrize("query", ["", "label_set=none", "label_set=Category&against=99&change=lost"])
def test_a_question_about_nothing_is_not_found(query: str) -> None:
    project, first, _ = two_versions(20)

    assert (
        browser(project.created_by).get(f"/projects/{project.pk}/versions/{first.pk}/documents/?{query}").status_code
        == 404
    )


def test_any_two_versions_can_be_compared() -> None:
    project, _, _ = two_versions()

    page = page_of(project, "models/compare/?now=1&before=2")

    assert "Category: right in 80.0 % of 60 test documents, version 2 in 75.0 %." in page
    assert "No worse than version 2 on the same 60 test documents." in page
    assert "Where they differ" in page


def test_comparing_needs_two_versions() -> None:
    project = make.project()

    assert "There are no two versions yet" in page_of(project, "models/compare/")
    project, _, _ = two_versions_of(make.user("max"))
    assert "Choose two different versions." in page_of(project, "models/compare/?now=1&before=1")


def two_versions_of(manager: User) -> tuple[Project, ModelVersion, ModelVersion]:
    project = make.project(manager=manager)
    documents = documents_for_testing(project, 20)
    versions = [an_evaluated_version(project, documents, NewVersion("1", "0" * 64, "e", 5)) for _ in range(2)]
    return project, versions[0], versions[1]


def test_the_card_says_what_a_version_learned_from_and_what_it_is_not_good_at() -> None:
    project, first, _ = two_versions()

    page = page_of(project, f"versions/{first.pk}/card/")

    assert "It proposes answers for the documents of the project “Tickets”" in page
    assert "Category: tested on 60 documents only" in page
    assert "It learned from texts of one language only: English." in page
    assert "ab" * 32 in page


def test_the_card_can_be_taken_along_as_markdown_and_json() -> None:
    project, first, _ = two_versions()
    client = browser(project.created_by)

    markdown = client.get(f"/projects/{project.pk}/versions/{first.pk}/card.md")
    data = client.get(f"/projects/{project.pk}/versions/{first.pk}/card.json")

    assert markdown.headers["Content-Disposition"] == 'attachment; filename="model-card-v1.md"'
    assert "# Model card: Tickets, version 1" in markdown.content.decode()
    assert "| billing |" in markdown.content.decode()
    card: dict[str, Any] = json.loads(data.content)
    assert card["learned_from"]["labels"]["Category"] == {"billing": 20, "delivery": 20, "other": 20}
    assert (card["version"], card["encoder"], card["snapshot"]["sha256"]) == (1, "some-encoder", "ab" * 32)


def test_people_cannot_break_the_markdown_with_names() -> None:
    project = make.project(name="# A | *B*\n\n## C")
    version = an_evaluated_version(project, documents_for_testing(project, 20), NewVersion("1", "0" * 64, "e", 5))

    text = browser(project.created_by).get(f"/projects/{project.pk}/versions/{version.pk}/card.md").content.decode()

    assert text.splitlines()[0] == r"# Model card: \# A \| \*B\* \#\# C, version 1"


def test_the_api_gives_the_card_to_members_only() -> None:
    project, first, _ = two_versions()

    card = make.client(make.member(project, "bob")).get(f"/api/v1/versions/{first.pk}/card/")

    assert card.status_code == 200
    assert card.json()["label_sets"]["Category"]["figure"] == 0.8
    assert any("60 documents only" in words for words in card.json()["words"])
    assert card.json()["markdown"].startswith("# Model card: Tickets")
    assert make.client(make.user("eve")).get(f"/api/v1/versions/{first.pk}/card/").status_code == 404


def test_strangers_learn_nothing() -> None:
    project, first, _ = two_versions(20)
    other = make.project(manager=make.user("max"))
    paths = ("", "card/", "card.md", "card.json", "documents/?label_set=Category")

    for path in paths:
        assert (
            browser(make.user(f"eve{len(path)}")).get(f"/projects/{project.pk}/versions/{first.pk}/{path}").status_code
            == 404
        )
        assert browser(other.created_by).get(f"/projects/{other.pk}/versions/{first.pk}/{path}").status_code == 404


def test_a_version_without_an_evaluation_says_so() -> None:
    project = make.project()
    from modelops.registry.services import register

    version = register(project_id=project.pk, new=NewVersion("1", "0" * 64, "e", 5))

    assert "No figures are kept for this version" in page_of(project, f"versions/{version.pk}/")
    assert "nobody knows how good it is" in page_of(project, f"versions/{version.pk}/card/")


@pytest.mark.parametrize("count", [20, 120])
def test_the_pages_cost_the_same_for_any_number_of_documents(django_assert_max_num_queries: Any, count: int) -> None:
    project, _, second = two_versions(count)
    client = browser(project.created_by)
    base = f"/projects/{project.pk}"

    for path, most in (
        (f"{base}/versions/{second.pk}/", 18),
        (f"{base}/versions/{second.pk}/card/", 9),
        (f"{base}/models/compare/?now=2&before=1", 16),
        (f"{base}/versions/{second.pk}/documents/?label_set=Category&against=1&change=lost", 18),
    ):
        with django_assert_max_num_queries(most):
            assert client.get(path).status_code == 200

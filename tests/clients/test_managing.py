"""Model cards, quality, plans and hidden gold by the client."""

import pytest

from collabweb_client import Invalid, NotFound
from modelops.registry.services import NewVersion
from tests import make
from tests.clients.conftest import Open
from tests.modelops.evaluated import an_evaluated_version, documents_for_testing

pytestmark = pytest.mark.django_db


def test_a_model_card_says_what_a_version_learned_from_and_how_good_it_is(client_of: Open) -> None:
    project = make.project()
    version = an_evaluated_version(project, documents_for_testing(project, 10), NewVersion("1/1", "0" * 64, "e", 10))

    card = client_of(project.created_by).card(version.pk)

    assert (card.project, card.version, card.encoder) == (project.name, version.number, "e")
    assert {"Category", "Entities"} <= card.label_sets.keys()
    assert card.created_at.tzinfo is not None
    assert card.markdown.startswith("#")
    with pytest.raises(NotFound):
        client_of(make.user("eve")).card(version.pk)


@pytest.mark.usefixtures("reports_at_once")
def test_quality_comes_for_the_reports_and_the_filter_that_are_asked_for(client_of: Open) -> None:
    project = make.project()
    client = client_of(project.created_by)

    quality = client.quality(project.pk, reports=["work"], filters={"from": "2026-09-01"})

    assert list(quality.reports) == ["work"]
    assert quality.asked["from"] == "2026-09-01"
    with pytest.raises(Invalid):
        client.quality(project.pk, reports=["gossip"])


def test_a_plan_is_tried_put_in_force_and_taken_back(client_of: Open) -> None:
    project = make.project()
    make.document(project)
    make.member(project, "alice")
    client = client_of(project.created_by)
    rules = [{"kind": "people", "people": ["alice"], "until": None}]

    foreseen = client.preview_plan(project.pk, rules=rules)
    before = client.plan(project.pk)
    changed = client.change_plan(project.pk, rules=rules)
    client.undo_plan(project.pk)

    assert (foreseen.documents, before.number, before.rules) == (1, 0, [])
    assert [rule["people"] for rule in changed.rules] == [["alice"]]
    assert changed.created_by == "mia"
    assert client.plan(project.pk).rules == []
    with pytest.raises(Invalid):
        client.change_plan(project.pk, rules=[{"kind": "wish"}])


def test_a_set_of_hidden_gold_is_made_filled_changed_and_retired(client_of: Open) -> None:
    project = make.project()
    document = make.document(project)
    make.gold(document, {"Category": "billing", "Sentiment": "neutral", "Entities": []})
    client = client_of(project.created_by)

    made = client.create_gold_set(project.pk, "Hard ones", share=0.1)
    moved = client.fill_gold_set(made, add=[document.pk])
    opened = client.gold_set(made)
    retired = client.change_gold_set(made, name="Easy ones", retired=True)

    assert (moved["added"], moved["removed"]) == (1, 0)
    assert (opened.documents, opened.share, opened.people) == (1, 0.1, [])
    assert retired.retired_at is not None
    assert [(one.id, one.name) for one in client.gold_sets(project.pk)] == [(made.id, "Easy ones")]

"""What people wait for most costs at most five statements, however many documents there are."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from annotation.people.models import Token, User
from annotation.projects.models import Project
from tests import make

# Real commits: what follows from a save counts, too.
pytestmark = pytest.mark.django_db(transaction=True)
ANSWER = {"Category": "billing", "Sentiment": "neutral", "Entities": []}


class Counted(CaptureQueriesContext):
    def __init__(self) -> None:
        super().__init__(connection)

    @property
    def number(self) -> int:
        """Without the marks of a transaction's beginning and end."""
        marks = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE SAVEPOINT")
        return sum(not query["sql"].startswith(marks) for query in self.captured_queries)


@pytest.fixture(params=[3, 30])
def project(request: pytest.FixtureRequest) -> Project:
    made = make.project(production_version=1, train_after=5)
    for number in range(request.param):
        document = make.document(made, f"text {number}")
        make.prediction(document, ANSWER)
    return made


def warm_client(person: User) -> APIClient:
    """Its token was used just now: that it is noted costs a statement once a minute."""
    client = make.client(person)
    client.get("/api/v1/projects/")
    assert Token.objects.filter(user=person, last_used_at__isnull=False).exists()
    return client


def test_next_submit_and_list_cost_five_statements_at_most(project: Project) -> None:
    client = warm_client(make.member(project, "alice"))
    # The first gold of a project asks for the first ranking.
    make.gold(make.document(project, "labeled before"), ANSWER)

    with Counted() as taken:
        answer = client.post(f"/api/v1/projects/{project.pk}/queue/next/", {"count": 1}, format="json")
    lent = answer.json()["assignments"][0]
    body = {"answer": ANSWER, "status": "submitted", "prediction": lent["prediction"]["id"]}
    with Counted() as submitted:
        saved = client.put(f"/api/v1/documents/{lent['document']['id']}/annotation/", body, format="json")
    with Counted() as listed:
        page = client.get(f"/api/v1/projects/{project.pk}/documents/?include=gold,prediction&limit=100")

    assert (answer.status_code, saved.status_code, page.status_code) == (200, 200, 200)
    assert taken.number == 4  # token, membership, lending, predictions
    assert (
        submitted.number <= 5
    )  # token; document, rules and prediction; save and close; gold and events; is a run due?
    assert listed.number == 4  # token, membership, documents with gold, predictions


def test_a_search_costs_one_statement_more(project: Project) -> None:
    client = warm_client(make.member(project, "alice"))

    with Counted() as listed:
        page = client.get(f"/api/v1/projects/{project.pk}/documents/?include=gold,prediction&q=text")

    assert len(page.json()["results"]) > 1
    assert listed.number == 5

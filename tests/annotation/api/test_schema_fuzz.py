"""3,000 calls made of the OpenAPI schema itself: the site never fails, and answers as the schema says."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pprint import pformat
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from django.test import Client, override_settings
from hypothesis import HealthCheck, Phase, given, seed, settings
from schemathesis.core.failures import Failure, FailureGroup
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from annotation.api.throttles import TokenRateThrottle
from annotation.comments.models import Comment
from annotation.people.services import make_token
from annotation.practice.models import PracticeItem
from annotation.projects.models import Project
from collabweb.wsgi import application
from tests import make

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
CALLS = 3_000
SEED = 20
# Calls without parameters are soon exhausted; the others make up for them.
SPARE = 4
OK, SERVER_ERROR = 200, 500
CHECKS = [
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
# Signing in is bounded by the minute; a project that is deleted would leave nothing to call.
LEFT_OUT = {"POST /api/v1/token/": "bounded a minute", "DELETE /api/v1/projects/{project_id}/": "ends the project"}


@pytest.fixture
def project() -> Project:
    made = make.project(practice_size=1)
    document = make.document(made, "Where is my parcel? 我的包裹呢 😀", external_id="1")
    answered = make.document(made, "You charged me twice.")
    make.gold(answered, {"Category": "billing", "Sentiment": "negative", "Entities": []})
    make.prediction(document, {"Category": "billing"}, confidence={"Category": {"billing": 0.9}})
    Comment.objects.create(document=document, user=made.created_by, text="Is it?")
    PracticeItem.objects.create(project=made, document=answered, created_by=made.created_by)
    return made


@contextmanager
def one_connection() -> Iterator[None]:
    """A request of the real application ends its connection, and with it the test's transaction."""
    signals = (request_started, request_finished)
    for signal in signals:
        signal.disconnect(close_old_connections)
    yield
    for signal in signals:
        signal.connect(close_old_connections)


def known(project: Project) -> dict[str, int]:
    """Path parameters that lead somewhere."""
    return {"project_id": project.pk, "document_id": project.documents.earliest("pk").pk}


@pytest.mark.usefixtures("reports_at_once")
def test_no_call_that_the_schema_allows_makes_the_site_fail(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(TokenRateThrottle, "allow_request", lambda *_: True)
    answers: Counter[int] = Counter()
    failed: dict[str, tuple[Any, ...]] = {}
    headers = {"Authorization": f"Token {make_token(project.created_by)}"}
    schema = schemathesis.openapi.from_dict(Client().get("/api/v1/schema/?format=json", headers=headers).json())
    operations = [found.ok() for found in schema.get_all_operations() if isinstance(found, Ok)]
    called = [operation for operation in operations if operation.label not in LEFT_OUT]
    paths = known(project)

    for operation in called:

        @seed(SEED)
        @settings(
            max_examples=CALLS // len(called) + SPARE,
            deadline=None,
            database=None,
            phases=[Phase.explicit, Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(case=operation.as_strategy())
        def call(case: Any) -> None:
            case.path_parameters = {**(case.path_parameters or {}), **paths_of(case, paths)}
            response = answer_of(case, headers)
            answers[response.status_code] += 1
            wrong = unlike_the_schema(case, response)
            if wrong or (response.status_code >= SERVER_ERROR and response.status_code not in documented(case)):
                sent = (case.path_parameters, case.query, case.body, response.status_code)
                failed.setdefault(f"{case.operation.label}: {wrong[:80]}", (*sent, wrong, response.text[-600:]))

        with one_connection(), override_settings(COLLABWEB_PRIVATE_WEBHOOKS=False):
            call()

    assert not failed, pformat(failed, width=200)
    assert sum(answers.values()) >= CALLS
    assert answers[OK] > CALLS // 20


def paths_of(case: Any, paths: dict[str, int]) -> dict[str, int]:
    return {name: paths[name] for name in case.path_parameters or {} if name in paths}


def documented(case: Any) -> set[int]:
    """Where no worker runs a call may say so: 503, and only where the schema has it."""
    return {int(status) for status in case.operation.definition.raw["responses"] if status.isdigit()}


def unlike_the_schema(case: Any, response: Any) -> str:
    try:
        case.validate_response(response, checks=CHECKS)
    except Failure as failure:
        return str(failure)
    except FailureGroup as group:
        return "; ".join(str(failure) for failure in group.exceptions)
    return ""


def answer_of(case: Any, headers: dict[str, str]) -> Any:
    return case.call(app=application, headers=headers)

"""Every hostile body of ../shared/corpus, at every address that takes one: refused in words, and nothing is changed."""

import json
from pathlib import Path
from typing import Any

import pytest
from kombu.exceptions import ContentDisallowed
from kombu.serialization import loads, prepare_accept_content

from annotation.annotations.models import Annotation
from annotation.documents.models import Document
from annotation.finding.models import SavedView
from annotation.imports.formats import ARCHIVE, READERS
from annotation.projects.models import Project
from collabweb.celery_app import app
from tests import make
from tests.conftest import SHARED

pytestmark = pytest.mark.django_db
CORPUS = SHARED / "corpus"
# By format, where the cases are tested: here, in imports/test_corpus.py, in modelops/registry/test_checkpoints.py.
TESTED = {"api", *READERS, ARCHIVE, "gz", "model"}
STATUSES = {"bad_request": {400, 422}, "too_large": {413}}


def cases() -> list[dict[str, Any]]:
    manifest = CORPUS / "manifest.json"
    if not manifest.exists():
        pytest.skip("the folder ../shared with the corpus is absent")
    found: list[dict[str, Any]] = json.loads(manifest.read_text())["cases"]
    return found


def test_every_case_of_the_manifest_has_its_test() -> None:
    found = cases()

    assert {case["format"] for case in found} <= TESTED
    assert len({case["id"] for case in found}) == len(found) == 132
    assert [case["id"] for case in found if not (CORPUS / case["file"]).exists()] == []


def test_a_hostile_body_is_refused_everywhere_and_changes_nothing() -> None:
    project = make.project()
    document = make.document(project)
    home = f"/api/v1/projects/{project.pk}/"
    addresses = [
        ("put", f"/api/v1/documents/{document.pk}/annotation/"),
        ("post", f"/api/v1/documents/{document.pk}/comments/"),
        ("post", f"{home}documents/changes/"),
        ("post", f"{home}views/"),
        ("post", f"{home}bulk/"),
        ("post", f"{home}members/"),
        ("post", f"{home}webhooks/"),
        ("post", "/api/v1/projects/"),
    ]
    client = make.client(project.created_by)
    wrong: list[tuple[object, ...]] = []

    for case in cases():
        if case["format"] != "api":
            continue
        body = (CORPUS / case["file"]).read_bytes()
        for method, address in addresses:
            answer = getattr(client, method)(address, body, content_type="application/json")
            told = answer.json()
            if answer.status_code not in STATUSES[case["file_error"]] or "Traceback" in str(told) or not told["code"]:
                wrong.append((case["id"], address, answer.status_code, told))

    assert wrong == []
    assert (Project.objects.count(), Document.objects.count()) == (1, 1)
    assert not Annotation.objects.exists()
    assert not SavedView.objects.exists()


def test_a_pickled_message_is_not_unpacked_by_a_worker() -> None:
    cases()
    body = (CORPUS / "model" / "celery_body.pickle").read_bytes()
    accepted = prepare_accept_content(app.conf.accept_content)

    with pytest.raises(ContentDisallowed):
        loads(body, "application/x-python-serialize", "binary", accept=accepted)

    assert not Path("/tmp/collabweb_canary_pickle").exists()

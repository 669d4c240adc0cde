import json
import re

import pytest
from django.test import Client

from annotation.projects.models import Kind
from tests import make

pytestmark = pytest.mark.django_db


def test_annotators_find_the_choices_of_their_project(client: Client) -> None:
    project = make.project()
    client.force_login(make.member(project, "alice"))

    page = client.get(f"/projects/{project.pk}/bulk/").content.decode()

    [data] = re.findall(r'<script id="bulk-data" type="application/json">(.*?)</script>', page)
    assert [row["name"] for row in json.loads(data)["labelSets"]] == ["Category", "Sentiment"]
    assert f'href="/projects/{project.pk}/bulk/"' in page


def test_a_project_without_choices_says_so(client: Client) -> None:
    spans = {"name": "Entities", "kind": Kind.SPAN, "labels": ["ORG"]}
    project = make.project(label_sets=[spans])
    client.force_login(make.member(project, "alice"))

    page = client.get(f"/projects/{project.pk}/bulk/").content.decode()

    assert "Nothing to choose here" in page
    assert "bulk-grid.js" not in page


def test_a_stranger_gets_404(client: Client) -> None:
    project = make.project()
    client.force_login(make.user("eve"))

    assert client.get(f"/projects/{project.pk}/bulk/").status_code == 404

"""The package by itself: what it needs, what it says of the API, and that both clients have every call."""

import ast
import dataclasses
import inspect
import sys
import tomllib
from collections.abc import Iterator

import pytest
from drf_spectacular.generators import SchemaGenerator

import collabweb_client
from collabweb_client import AsyncClient, Client
from collabweb_client.calls import Calls
from collabweb_client.shapes import Shape
from collabweb_client.verbs import Listing, Verb
from tests.architecture.sources import ROOT, tree_of

PACKAGE = ROOT / "clients" / "python" / "collabweb_client"
SHAPES: dict[str, type[Shape]] = {
    "Annotation": collabweb_client.Annotation,
    "Assignment": collabweb_client.Assignment,
    "BulkChange": collabweb_client.BulkChange,
    "Card": collabweb_client.ModelCard,
    "Change": collabweb_client.Change,
    "ChangedAnswer": collabweb_client.Changed,
    "Delivery": collabweb_client.Delivery,
    "Document": collabweb_client.Document,
    "Explanation": collabweb_client.Explanation,
    "ForeseenAnswer": collabweb_client.Foreseen,
    "GoldAnswer": collabweb_client.Gold,
    "GoldSetAnswer": collabweb_client.GoldSet,
    "Import": collabweb_client.Import,
    "Label": collabweb_client.Label,
    "LabelSet": collabweb_client.LabelSet,
    "MadeWebhook": collabweb_client.Webhook,
    "ManagedMember": collabweb_client.Member,
    "PlanAnswer": collabweb_client.Plan,
    "Prediction": collabweb_client.Prediction,
    "Project": collabweb_client.Project,
    "Quality": collabweb_client.Quality,
    "Review": collabweb_client.Review,
    "Run": collabweb_client.Run,
    "SavedView": collabweb_client.SavedView,
    "SimilarDocument": collabweb_client.Similar,
    "Version": collabweb_client.Version,
}
# Told by the save alone.
OF_A_SAVE = {("Annotation", "has_feedback")}


def imported_by(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield (node.module or "").split(".")[0]


def test_the_package_needs_the_standard_library_and_httpx_alone() -> None:
    project = tomllib.loads((PACKAGE.parent / "pyproject.toml").read_text("utf-8"))["project"]
    needed = {name for path in PACKAGE.glob("*.py") for name in imported_by(tree_of(path))}

    assert needed - sys.stdlib_module_names == {"httpx", "collabweb_client"}
    assert [line.split(">")[0] for line in project["dependencies"]] == ["httpx"]
    assert set(project["optional-dependencies"]) == {"pandas", "datasets", "live"}


def test_the_site_does_not_know_its_client() -> None:
    folders = [ROOT / name for name in ("annotation", "collabweb", "modelops")]
    files = [path for folder in folders for path in folder.rglob("*.py")]

    assert [path for path in files if "collabweb_client" in imported_by(tree_of(path))] == []


@pytest.mark.parametrize("name", SHAPES)
def test_a_shape_has_the_fields_of_the_schema(name: str) -> None:
    schema = SchemaGenerator().get_schema(request=None, public=True)  # type: ignore[no-untyped-call]  # it has no types
    told = set(schema["components"]["schemas"][name]["properties"])
    known = {field.name for field in dataclasses.fields(SHAPES[name])}  # type: ignore[arg-type]  # every Shape is a dataclass

    assert {field for field in known - told if (name, field) not in OF_A_SAVE} == set()
    assert told - known == set()


def test_every_call_is_there_for_both_clients_with_its_words() -> None:
    calls = {name: call for name, call in vars(Calls).items() if isinstance(call, Verb | Listing)}

    client, async_client = Client("http://x"), AsyncClient("http://x")

    words = {name: (inspect.signature(getattr(client, name)), getattr(client, name).__doc__) for name in calls}

    assert len(calls) > 40
    for name, told in words.items():
        call = getattr(async_client, name)
        assert (inspect.signature(call), call.__doc__) == told


def test_everything_that_is_promised_exists() -> None:
    assert [name for name in collabweb_client.__all__ if not hasattr(collabweb_client, name)] == []
    assert (PACKAGE / "py.typed").exists()

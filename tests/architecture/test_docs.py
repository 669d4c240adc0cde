"""What the documents say and the code does: settings, dependencies, links."""

import re
import tomllib
from pathlib import Path

from tests.architecture.sources import ROOT, name_of, python_files

SETTING = re.compile(r"""["'](COLLABWEB_[A-Z_]+|DATABASE_URL|BROKER_URL)["']""")
REQUIREMENT = re.compile(r"[A-Za-z0-9_.-]+")
LINK = re.compile(r"\]\(([^)#\s]+)[^)]*\)")
# The limits of the contract are one setting in code, not one of the environment.
NOT_OF_THE_ENVIRONMENT = {"COLLABWEB_LIMITS"}
SITE = ("collabweb", "annotation", "modelops")


def settings_in_code() -> set[str]:
    files = [path for path in python_files() if path.relative_to(ROOT).parts[0] in SITE]
    return {name for path in files for name in SETTING.findall(path.read_text("utf-8"))} - NOT_OF_THE_ENVIRONMENT


def required_packages() -> set[str]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    lines = [*project["dependencies"], *project["optional-dependencies"]["dev"]]
    return {found[0] for line in lines if (found := REQUIREMENT.match(line))}


def documents() -> list[Path]:
    folders = [ROOT / name for name in ("clients", "docs", "tests")]
    return [*ROOT.glob("*.md"), *(path for folder in folders for path in folder.rglob("*.md"))]


def test_the_readme_names_every_setting() -> None:
    readme = (ROOT / "README.md").read_text("utf-8")

    assert {name for name in settings_in_code() if f"`{name}`" not in readme} == set()


def test_every_setting_in_the_readme_exists() -> None:
    table = set(re.findall(r"`(COLLABWEB_[A-Z_]+)`", (ROOT / "README.md").read_text("utf-8")))

    assert table - settings_in_code() == set()


def test_every_dependency_has_its_reason() -> None:
    reasons = (ROOT / "docs" / "dependencies.md").read_text("utf-8")

    assert {name for name in required_packages() if name.split("[")[0] not in reasons} == set()


def test_every_link_in_a_document_leads_somewhere() -> None:
    broken = [
        f"{name_of(path)}: {link}"
        for path in documents()
        for link in LINK.findall(path.read_text("utf-8"))
        if not link.startswith(("http:", "https:")) and not (path.parent / link).exists()
    ]

    assert broken == []

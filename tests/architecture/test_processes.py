"""The web and the live process start without torch: they stay small, and a page never waits for a model to load."""

import subprocess
import sys

import pytest

from tests.architecture.sources import ROOT

HEAVY = ("torch", "transformers", "peft", "safetensors", "scipy", "sklearn", "pandas", "pyarrow")
# The address table is loaded by the first request, so ask for it as a request would.
PROGRAM = """
import importlib, sys
for module in {modules}:
    importlib.import_module(module)
from django.urls import get_resolver
assert get_resolver().url_patterns
print(" ".join(sorted(set(sys.modules) & set({heavy}))))
"""


def heavy_modules_of(*modules: str) -> list[str]:
    program = PROGRAM.format(modules=modules, heavy=HEAVY)
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    return done.stdout.split()


@pytest.mark.parametrize("entry", ["collabweb.wsgi", "collabweb.asgi"])
def test_an_entry_of_the_site_loads_no_model_library(entry: str) -> None:
    assert heavy_modules_of(entry) == []


def test_a_module_that_loads_a_model_library_is_noticed() -> None:
    assert "safetensors" in heavy_modules_of("collabweb.wsgi", "safetensors.numpy")

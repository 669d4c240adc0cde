"""The loop is one page: nobody but modelops/loop.py listens to a signal of this site."""

import ast

from tests.architecture.sources import ROOT, name_of, python_files, tree_of

LISTENERS = {"modelops/loop.py"}
SITE = ("annotation", "collabweb", "modelops")
# Signals of a worker's own life, not of this site's rows.
OTHER_SIGNALS = ("celery.signals",)


def signal_names(tree: ast.AST) -> set[str]:
    """The names under which a module knows signals: imported one by one or as the module that holds them."""
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module and node.module not in OTHER_SIGNALS:
            is_signals = node.module.split(".")[-1] == "signals"
            names |= {
                alias.asname or alias.name
                for alias in node.names
                if is_signals or alias.name in ("signals", "receiver")
            }
        elif isinstance(node, ast.Import):
            names |= {alias.asname or "" for alias in node.names if alias.name.endswith(".signals")}
    return names - {""}


def receivers(tree: ast.AST) -> list[int]:
    """The lines that connect a receiver: `some_signal.connect(...)`, `signals.some.connect`, `@receiver(...)`."""
    names = signal_names(tree)
    lines = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and node.attr == "connect":
            root: ast.expr = node.value
            while isinstance(root, ast.Attribute):
                root = root.value
            if isinstance(root, ast.Name) and root.id in names:
                lines.add(node.lineno)
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "receiver":
            lines.add(node.lineno)
    return sorted(lines)


def test_only_the_loop_listens_to_signals() -> None:
    found = {
        name_of(path): lines
        for path in python_files()
        if path.relative_to(ROOT).parts[0] in SITE and (lines := receivers(tree_of(path)))
    }

    assert set(found) - LISTENERS == set()


def test_the_loop_listens() -> None:
    assert receivers(tree_of(ROOT / "modelops" / "loop.py"))


def test_every_way_to_connect_a_receiver_is_seen() -> None:
    planted = """
from annotation.signals import gold_changed
from annotation import signals
from django.dispatch import receiver
gold_changed.connect(print)
signals.gold_changed.connect(print)
@receiver(gold_changed)
def heard(**kwargs): ...
database.connect("dsn")
"""

    assert receivers(ast.parse(planted)) == [5, 6, 7]

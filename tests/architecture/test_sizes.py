"""Small files and functions, named for the one thing they hold."""

import ast

from tests.architecture.sources import ROOT, name_of, python_files, script_files, style_files, template_files, tree_of

FILE_LINES = 300
FUNCTION_LINES = 50
BANNED_NAMES = {"utils", "helpers", "common", "core", "base", "manager", "managers", "misc"}


def lines_of(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    return (node.end_lineno or node.lineno) - node.lineno + 1


def long_functions(tree: ast.AST) -> list[str]:
    functions = (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))
    return [f"{node.name}: {lines_of(node)} lines" for node in functions if lines_of(node) > FUNCTION_LINES]


def test_no_file_is_longer_than_300_lines() -> None:
    long = {}
    for path in [*python_files(), *script_files(), *style_files(), *template_files()]:
        lines = len(path.read_text(encoding="utf-8").splitlines())
        if lines > FILE_LINES:
            long[name_of(path)] = lines

    assert long == {}


def test_no_function_is_longer_than_50_lines() -> None:
    long = {name_of(path): found for path in python_files() if (found := long_functions(tree_of(path)))}

    assert long == {}


def test_a_function_of_51_lines_is_found() -> None:
    body = "\n".join("    pass" for _ in range(FUNCTION_LINES))

    assert long_functions(ast.parse(f"def short():\n    pass\n\ndef long():\n{body}\n")) == ["long: 51 lines"]


def test_no_file_or_folder_has_a_name_that_says_nothing() -> None:
    nameless = [
        name_of(path)
        for path in [*python_files(), *script_files()]
        if BANNED_NAMES & {*path.relative_to(ROOT).parts[:-1], path.stem}
    ]

    assert nameless == []

"""The content security policy forbids inline code; a template that carries some is broken in every browser."""

import pytest

from tests.architecture.markup import problems
from tests.architecture.sources import name_of, template_files


def test_no_template_breaks_the_rules() -> None:
    found = {name_of(path): broken for path in template_files() if (broken := problems(path.read_text("utf-8")))}

    assert found == {}


@pytest.mark.parametrize(
    ("planted", "problem"),
    [
        ('<p class="a" style="color: red">', "a style of its own"),
        ("<style>p { color: red }</style>", "a style of its own"),
        ('<button onclick="go()">', "an inline handler"),
        ('<a href="javascript:go()">', "an inline handler"),
        ("<script>go()</script>", "a script without src"),
        ('<form method="post"><input></form>', "a POST form without csrf_token"),
        ("{{ document.text|safe }}", "unescaped output"),
        ("{% autoescape off %}{{ text }}{% endautoescape %}", "unescaped output"),
    ],
)
def test_a_planted_violation_is_found(planted: str, problem: str) -> None:
    assert problems(planted) == [problem]


@pytest.mark.parametrize(
    "allowed",
    [
        "{# style= and onclick= in a comment #}",
        '<script type="module" src="/static/js/desk.js"></script>',
        '<script type="application/json" id="texts">{}</script>',
        '<form method="post">{% csrf_token %}<button>Save</button></form>',
        '<form method="get"><input name="q"></form>',
    ],
)
def test_what_is_allowed_passes(allowed: str) -> None:
    assert problems(allowed) == []

"""What a template may not contain, as plain functions: text in, problems out."""

import re

COMMENT = re.compile(r"{#.*?#}|{%\s*comment\b.*?{%\s*endcomment\s*%}|<!--.*?-->", re.DOTALL)
STYLE = re.compile(r"<[^>]*\sstyle\s*=|<style\b", re.IGNORECASE)
HANDLER = re.compile(r"<[^>]*\s(?:on[a-z]+|hx-on[:\w-]*)\s*=|javascript:", re.IGNORECASE)
SCRIPT = re.compile(r"<script\b([^>]*)>", re.IGNORECASE)
FORM = re.compile(r"<form\b([^>]*)>(.*?)</form>", re.IGNORECASE | re.DOTALL)
POST = re.compile(r"""method\s*=\s*["']?post""", re.IGNORECASE)
UNESCAPED = re.compile(r"\|\s*safe(?:seq)?\b|{%\s*autoescape\s+off")


def problems(template: str) -> list[str]:
    text = COMMENT.sub("", template)
    checks = {
        "a style of its own": bool(STYLE.search(text)),
        "an inline handler": bool(HANDLER.search(text)),
        "a script without src": any(map(is_inline_script, SCRIPT.findall(text))),
        "a POST form without csrf_token": any(is_unguarded_form(*form) for form in FORM.findall(text)),
        "unescaped output": bool(UNESCAPED.search(text)),
    }
    return [name for name, is_broken in checks.items() if is_broken]


def is_inline_script(attributes: str) -> bool:
    """JSON is data, not a program; the browser runs none of it."""
    return "src=" not in attributes and "application/json" not in attributes


def is_unguarded_form(attributes: str, content: str) -> bool:
    return bool(POST.search(attributes)) and "{% csrf_token %}" not in content

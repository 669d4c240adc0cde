"""Whether a given value is one of a label set's labels."""

from collections.abc import Collection

from django.utils.translation import gettext as _

from annotation.answers.problems import Problem
from annotation.projects.names import name_problem


def label_problem(value: object, where: str, labels: Collection[str]) -> Problem | None:
    """Why this value is not one of `labels`, or None."""
    if isinstance(value, str) and value in labels:
        return None
    problem = name_problem(value)
    if problem:
        return Problem(where, problem.code, problem.message)
    message = _("“%(label)s” is not a label of “%(name)s”.")
    return Problem(where, "unknown_label", message % {"label": str(value)[:60], "name": where})

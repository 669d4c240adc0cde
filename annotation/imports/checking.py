"""How the rows of one import are read and what they are checked against: for the work itself and for its preview."""

from collections.abc import Mapping

from django.conf import settings

from annotation.answers.label_sets import rules_for
from annotation.answers.rules import LabelSetRule
from annotation.imports.dialects import doccano, label_studio, own_lines
from annotation.imports.formats import DELIMITERS, Format
from annotation.imports.mapping import mapping_of
from annotation.imports.models import Import
from annotation.imports.people import IGNORE, Members
from annotation.imports.readers.shapes import ReadOptions
from annotation.imports.row_answers import AnswerCheck
from annotation.imports.row_text import Limits
from annotation.imports.rows import Dialect, RowCheck
from annotation.projects.models import Membership


def read_options(row: Import, found: Format, check: RowCheck) -> ReadOptions:
    limits = settings.COLLABWEB_LIMITS
    return ReadOptions(
        encoding=row.options["encoding"],
        delimiter=row.options["delimiter"] or DELIMITERS.get(found.name, ","),
        row_bytes=limits["row_bytes"],
        json_depth=limits["json_depth"],
        csv_columns=limits["csv_columns"],
        span_set=next((rule.name for rule in check.answers.rules.values() if rule.kind == "span"), ""),
        text_columns=check.mapping.text_columns(),
        wanted_columns=frozenset(check.mapping.targets),
    )


def row_check(row: Import) -> RowCheck:
    limits = settings.COLLABWEB_LIMITS
    rules = rules_for(row.project_id)
    return RowCheck(
        answers=AnswerCheck(rules, max_spans=limits["spans_per_row"], can_create=row.options["create_labels"]),
        limits=Limits(limits["text_chars"], limits["id_chars"], limits["meta_keys"], limits["spans_per_row"]),
        members=members_of(row),
        mapping=mapping_of(row.options.get("mapping")),
        dialect=_dialect(row, {rule.name: rule for rule in rules}),
    )


def members_of(row: Import) -> Members:
    people = row.options.get("people") or {}
    found = Membership.objects.filter(project_id=row.project_id).values_list("user__username", "user__email", "user_id")
    return Members(
        by_name={username: person for username, _email, person in found},
        by_email={email.lower(): person for _username, email, person in found if email},
        people=people if isinstance(people, dict) else {},
        is_ignoring=people == IGNORE,
    )


def _dialect(row: Import, rules: Mapping[str, LabelSetRule]) -> Dialect:
    """How rows become this site's own: as the client said, from Label Studio, doccano or this site's export."""
    if row.options.get("dialect") == "label-studio":
        return lambda values: label_studio.values(values, rules)
    if row.options.get("dialect") == "doccano":
        return lambda values: doccano.values(values, rules, row.options["offsets"])
    return own_lines.values

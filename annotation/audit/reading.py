"""Find entries: by person, kind of thing, action, time, document. A page costs the same however long the log is."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from annotation.audit.models import AuditEntry

# What a table holds, in words. Others are shown by their name.
THINGS: Mapping[str, Promise] = {
    "annotation_project": _("Project and settings"),
    "annotation_labelset": _("Label set"),
    "annotation_label": _("Label"),
    "annotation_membership": _("Member"),
    "annotation_guidelinesversion": _("Guidelines"),
    "annotation_webhook": _("Webhook"),
    "annotation_token": _("Token"),
    "annotation_user": _("Person"),
    "annotation_practiceitem": _("Practice document"),
    "annotation_goldset": _("Gold set"),
    "annotation_assignmentplan": _("Assignment plan"),
    "annotation_consistencyrule": _("Consistency rule"),
    "annotation_alert": _("Alert"),
    "annotation_alertrule": _("Rule of alerts"),
    "annotation_notificationchoice": _("Choice of notifications"),
    "annotation_import": _("Import"),
    "annotation_document": _("Document"),
    "annotation_annotation": _("Annotation"),
    "annotation_gold": _("Gold"),
    "annotation_review": _("Review"),
    "annotation_adjudication": _("Adjudication"),
    "modelops_modelversion": _("Model version"),
    "modelops_versionstep": _("Step of a version"),
    "modelops_run": _("Training run"),
    "modelops_certificate": _("Certificate"),
    "modelops_erasure": _("Erasure"),
    "modelops_labelstarter": _("Starter"),
}
ROWS_AT_ONCE = 2_000


@dataclass(frozen=True, slots=True)
class Asked:
    """What entries are wanted; empty values ask nothing. `until` is excluded, `before` is the id of an entry."""

    actor: str = ""
    table: str = ""
    action: str = ""
    document: int | None = None
    since: datetime | None = None
    until: datetime | None = None


def entries_of(project_id: int, asked: Asked) -> QuerySet[AuditEntry]:
    """Newest first."""
    rows = AuditEntry.objects.filter(project_id=project_id)
    wanted = {"actor": asked.actor, "table": asked.table, "action": asked.action, "document_id": asked.document}
    rows = rows.filter(**{name: value for name, value in wanted.items() if value})
    if asked.since:
        rows = rows.filter(at__gte=asked.since)
    if asked.until:
        rows = rows.filter(at__lt=asked.until)
    return rows.order_by("-id")


def read_in_slices(rows: QuerySet[AuditEntry]) -> Iterator[AuditEntry]:
    """All of them in constant memory, without holding a transaction open between slices."""
    after: int | None = None
    while True:
        found = list((rows if after is None else rows.filter(pk__lt=after))[:ROWS_AT_ONCE])
        yield from found
        if len(found) < ROWS_AT_ONCE:
            return
        after = found[-1].pk


def thing(table: str) -> str:
    return str(THINGS.get(table, table))

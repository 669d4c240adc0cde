"""Which tables leave entries in the audit log, and which of their columns are told. A test holds the database to it."""

from collections.abc import Sequence
from dataclasses import dataclass

EVENTS = ("insert", "update", "delete")


@dataclass(frozen=True, slots=True)
class Audited:
    """`project` names the column that leads to the project: its own id, or that of a row which has one; "" for none.

    `columns`: those that are told (none: all). `when`: rows it does not hold for are left out. `is_many`: an import or
    the deletion of a project leaves these rows out, it is an entry itself.
    """

    table: str
    project: str
    columns: Sequence[str] = ()
    events: Sequence[str] = EVENTS
    when: str = ""
    is_many: bool = False

    def sql(self) -> str:
        """The statements that make the table's triggers."""
        return "\n".join(self._trigger(event) for event in self.events)

    def _trigger(self, event: str) -> str:
        arguments = f"'{self.project}', '{','.join(self.columns)}', '{'many' if self.is_many else ''}'"
        of = " OF " + ", ".join(f'"{name}"' for name in self.columns) if self.columns and event == "update" else ""
        condition = f" WHEN ({self.when.format(row='OLD' if event == 'delete' else 'NEW')})" if self.when else ""
        return (
            f"CREATE TRIGGER audit_{event} AFTER {event.upper()}{of} ON {self.table}"
            f" FOR EACH ROW{condition} EXECUTE FUNCTION annotation_audit_row({arguments});"
        )

    def reverse_sql(self) -> str:
        return "\n".join(f"DROP TRIGGER audit_{event} ON {self.table};" for event in self.events)


AUDITED = (
    Audited("annotation_project", "id"),
    Audited("annotation_labelset", "project_id"),
    Audited("annotation_label", "label_set_id"),
    Audited(
        "annotation_membership", "project_id", ("project_id", "user_id", "role", "passed_practice_at", "review_share")
    ),
    Audited("annotation_guidelinesversion", "project_id"),
    Audited("annotation_webhook", "project_id", ("project_id", "url", "state", "told")),
    Audited("annotation_token", "project_id", ("user_id", "name", "scopes", "project_id", "expires_at")),
    Audited("annotation_user", "", ("username", "email", "is_active", "is_staff", "is_superuser")),
    Audited("annotation_practiceitem", "project_id"),
    Audited("annotation_goldset", "project_id"),
    Audited("annotation_assignmentplan", "project_id", ("project_id", "number", "rules", "languages")),
    Audited("annotation_consistencyrule", "project_id"),
    Audited("annotation_alert", "project_id", ("project_id", "kind", "subject", "state", "snoozed_until")),
    Audited("annotation_alertrule", "project_id", ("project_id", "kind", "is_on", "thresholds")),
    Audited("annotation_notificationchoice", ""),
    Audited("annotation_import", "project_id", ("project_id", "filename", "on_error", "state", "imported")),
    Audited("annotation_document", "project_id", ("project_id", "external_id"), events=("delete",), is_many=True),
    Audited(
        "annotation_annotation",
        "document_id",
        ("document_id", "user_id", "status", "answer", "sent_back"),
        when="{row}.status <> 'draft'",
        is_many=True,
    ),
    Audited("annotation_gold", "project_id", ("project_id", "document_id", "answer", "source", "by_id"), is_many=True),
    Audited(
        "annotation_review",
        "annotation_id",
        ("annotation_id", "reviewer_id", "verdict", "answer", "comment", "undone_at"),
        is_many=True,
    ),
    Audited(
        "annotation_adjudication",
        "document_id",
        ("document_id", "reviewer_id", "answer", "comment", "undone_at"),
        is_many=True,
    ),
)

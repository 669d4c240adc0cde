"""Who did what and when. The database writes the rows itself, by triggers: a change in a shell or in the administration
leaves one too. Nothing changes or removes them.
"""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Action(models.TextChoices):
    INSERT = "insert", _("Added")
    UPDATE = "update", _("Changed")
    DELETE = "delete", _("Removed")


class AuditEntry(models.Model):
    """One change of one row. `changes` holds {column: [before, after]}; of a value over 1,000 characters its length.

    `actor_id` is the person's id (none: the site itself), `actor` their name then; `origin` says through what it came:
    "web", "api", a worker's task, or the database user of a shell. No foreign keys: an entry outlives what it is about.
    """

    at = models.DateTimeField()
    actor_id = models.BigIntegerField(null=True)
    actor = models.CharField(max_length=150)
    origin = models.CharField(max_length=100)
    action = models.CharField(max_length=6, choices=Action.choices)
    table = models.CharField(max_length=63)
    row_id = models.BigIntegerField()
    project_id = models.BigIntegerField(null=True)
    document_id = models.BigIntegerField(null=True)
    changes = models.JSONField()

    class Meta:
        app_label = "annotation"
        # The migration makes the table: no command that empties tables may see it.
        managed = False
        db_table = "annotation_auditentry"
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.actor or self.origin}: {self.action} {self.table} {self.row_id}"

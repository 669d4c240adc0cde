from django.conf import settings
from django.contrib.auth.models import AbstractUser
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _


class User(AbstractUser):
    """A person who signs in."""

    language = models.CharField(_("language"), max_length=10, blank=True, help_text=_("Empty: as the browser asks."))
    # How the annotation screen behaves for this person; annotation/people/preferences.py knows what may stand here.
    preferences = models.JSONField(default=dict, blank=True, editable=False)

    # Alerts that wait in this person's inbox. Counted by the database whenever a notification changes.
    unread_notifications = models.PositiveIntegerField(default=0, db_default=0, editable=False)

    # Set for a request that came with a token for one project: every other project is a stranger's then.
    only_project_id: int | None = None

    class Meta:
        app_label = "annotation"

    @property
    def shown_name(self) -> str:
        """How other people see this person."""
        return self.get_full_name() or self.username


class Scope(models.TextChoices):
    """What a token may do of what its person may do. `manage` is everything."""

    READ = "read", _("Read documents, labels and reports")
    ANNOTATE = "annotate", _("Take documents from the queue and answer them")
    WRITE = "write", _("Send documents in")
    MANAGE = "manage", _("Everything its person may do")


def every_scope() -> list[str]:
    return [Scope.MANAGE.value]


class Token(models.Model):
    """An API token, kept as its SHA-256 alone; people recognise it by its prefix. `project`: the only one it opens."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="tokens")
    name = models.CharField(_("name"), max_length=100, blank=True)
    scopes = ArrayField(models.CharField(max_length=10, choices=Scope.choices), default=every_scope)
    project = models.ForeignKey("annotation.Project", on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    expires_at = models.DateTimeField(null=True, blank=True)
    prefix = models.CharField(max_length=12)
    digest = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(auto_now_add=True)
    last_used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        app_label = "annotation"

    def __str__(self) -> str:
        return f"{self.prefix}…"

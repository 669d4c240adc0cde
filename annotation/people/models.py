from django.conf import settings
from django.contrib.auth.models import AbstractUser
from django.db import models
from django.utils.translation import gettext_lazy as _


class User(AbstractUser):
    """A person who signs in."""

    language = models.CharField(_("language"), max_length=10, blank=True, help_text=_("Empty: as the browser asks."))
    # How the annotation screen behaves for this person; annotation/people/preferences.py knows what may stand here.
    preferences = models.JSONField(default=dict, blank=True, editable=False)

    class Meta:
        app_label = "annotation"

    @property
    def shown_name(self) -> str:
        """How other people see this person."""
        return self.get_full_name() or self.username


class Token(models.Model):
    """An API token. Only its SHA-256 is kept; the prefix lets a person recognise it."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="tokens")
    prefix = models.CharField(max_length=12)
    digest = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(auto_now_add=True)
    last_used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        app_label = "annotation"

    def __str__(self) -> str:
        return f"{self.prefix}…"

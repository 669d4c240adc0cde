from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class Relation(models.TextChoices):
    """What is asked of one label set's value; a label of choices or spans counts when it is among them."""

    IS = "is", _("is")
    IS_NOT = "is_not", _("is not")
    ANY = "any", _("has any label")
    NONE = "none", _("has no label")


class ConsistencyRule(models.Model):
    """When the first condition holds, the second must hold too: "Category is refund -> Sentiment is not positive"."""

    project = models.ForeignKey("annotation.Project", on_delete=models.CASCADE, related_name="consistency_rules")
    if_label_set = models.ForeignKey("annotation.LabelSet", on_delete=models.CASCADE, related_name="+")
    if_test = models.CharField(max_length=10, choices=Relation.choices)
    if_label = models.CharField(max_length=100, blank=True)
    then_label_set = models.ForeignKey("annotation.LabelSet", on_delete=models.CASCADE, related_name="+")
    then_test = models.CharField(max_length=10, choices=Relation.choices)
    then_label = models.CharField(max_length=100, blank=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        app_label = "annotation"
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["project", "if_label_set", "if_test", "if_label", "then_label_set", "then_test", "then_label"],
                name="consistency_rule_once",
            ),
        ]

    def __str__(self) -> str:
        return f"rule {self.pk}"

from collections.abc import Collection, Iterable

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q, QuerySet

from annotation.compiled import CompiledQuery

# How the sources of a fast head's predictions begin; "fast_head/5/317": refined what version 5 says, by its refit 317.
FAST_HEAD = "fast_head/"


def fast_head_source(base: int, refit: int | str = "") -> str:
    return f"{FAST_HEAD}{base}/{refit}"


class PredictionQuerySet(QuerySet["Prediction"]):
    def without_fast_head(self) -> "PredictionQuerySet":
        return self.exclude(source__startswith=FAST_HEAD)

    def visible(self, production_version: int | None) -> "PredictionQuerySet":
        """Those that people may see, with `rank`: 2 from the fast head on this version, 1 from the version itself.

        A later number than production's belongs to a candidate or to a version that was rolled back; a fast head on
        another version is outdated.
        """
        newest = production_version or 0
        is_fast = Q(source__startswith=fast_head_source(newest))
        is_imported = Q(version__isnull=True) & ~Q(source__startswith=FAST_HEAD)
        rank = models.Case(
            models.When(is_fast, then=2),
            models.When(version=newest, then=1),
            default=0,
            output_field=models.IntegerField(),
        )
        return self.filter(is_fast | is_imported | Q(version__lte=newest)).annotate(rank=rank)

    def current(self, document_ids: Iterable[int], production_version: int | None) -> dict[int, "Prediction"]:
        """What people see, by document: the fast head's newest answer where there is one, else that of the version in
        production, else the newest older or imported one. One statement.
        """
        rows = self.newest(list(document_ids), production_version)
        return {row.document_id: row for row in rows}

    def newest(self, document_ids: list[int], production_version: int | None) -> "PredictionQuerySet":
        rows = self.visible(production_version).filter(document_id__in=document_ids)
        return rows.order_by("document_id", models.F("rank").desc(), "-id").distinct("document_id")


class Prediction(models.Model):
    """A model version's whole answer for one document, or one imported from elsewhere (`source` names it)."""

    # Of itself without an index: the constraint's begins with it.
    document = models.ForeignKey(
        "annotation.Document", on_delete=models.CASCADE, related_name="predictions", db_index=False
    )
    version = models.PositiveIntegerField(null=True, blank=True)
    source = models.CharField(max_length=100, blank=True)
    answer = models.JSONField(default=dict)
    confidence = models.JSONField(default=dict)
    # What the version itself answered, whatever has a hand in `answer` since (see `made_by`); null of imported ones.
    own_answer = models.JSONField(null=True, blank=True)
    # How likely the version's own value is right as a whole, by label set; and how likely its whole answer is.
    whole_confidence = models.JSONField(default=dict, db_default={}, blank=True)
    document_confidence = models.FloatField(null=True, blank=True)
    # What made each label set's value, where it was not the version or the source alone: label set -> Maker.
    made_by = models.JSONField(default=dict, db_default={})
    created_at = models.DateTimeField(auto_now_add=True)
    # Filled in by the database from the fields above, for filters: the labels of the answer, and how sure the model is
    # of the one it is least sure of.
    project = models.ForeignKey(
        "annotation.Project",
        on_delete=models.DO_NOTHING,
        related_name="+",
        db_index=False,
        db_constraint=False,
        editable=False,
    )
    labels = ArrayField(models.TextField(), default=list, editable=False)
    certainty = models.FloatField(null=True, editable=False)

    objects = PredictionQuerySet.as_manager()

    class Meta:
        app_label = "annotation"
        constraints = [
            models.UniqueConstraint(
                fields=["document", "version", "source"], name="one_prediction_a_version", nulls_distinct=False
            ),
        ]
        indexes = [
            GinIndex(fields=["project", "labels"], name="prediction_labels"),
            models.Index(fields=["project", "certainty"], name="prediction_certainty"),
            models.Index(fields=["project", "version"], name="prediction_version"),
        ]

    def __str__(self) -> str:
        return f"document {self.document_id} by {self.version or self.source}"

    @property
    def is_fast_head(self) -> bool:
        return self.source.startswith(FAST_HEAD)


_OF_ONE = CompiledQuery(lambda document_id, version: Prediction.objects.newest([document_id], version))


def current_predictions(document_ids: Collection[int], production_version: int | None) -> dict[int, Prediction]:
    """What people see, by document, as `current` says it. One statement; none for no documents.

    One document at a time is what the queue asks for, call after call.
    """
    if not document_ids:
        return {}
    if len(document_ids) > 1:
        return Prediction.objects.current(document_ids, production_version)
    return {row.document_id: row for row in _OF_ONE.rows(*document_ids, production_version or 0)}

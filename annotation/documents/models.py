from collections.abc import Sequence
from typing import Any, LiteralString

from django.contrib.postgres.indexes import GinIndex, HashIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import connection, models
from django.db.models import Exists, F, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Cast
from django.utils.translation import gettext_lazy as _

from annotation.answers.spans import Part
from annotation.documents import search

# Added to the priority for each step of urgency; a ranking stays within 0 to 1.
URGENT = 1_000.0
# A search that finds no more than these names them.
FEW_FOUND = 2_000

# Reading the index costs what all entries of these terms cost, other projects' too. So a few documents from all over
# the project are looked at first: where enough of them have the terms, there is one row, NULL, and no index is read.
# The cast is what `as_key` is for.
_WITH_TERMS = """
    WITH ends AS (
        SELECT min(id) AS first, max(id) AS last FROM annotation_document WHERE project_id = %(project)s
    ), looked_at AS MATERIALIZED (
        SELECT count(DISTINCT one.id) AS found FROM ends, generate_series(1, %(sample)s) AS step, LATERAL (
            SELECT id FROM annotation_document
            WHERE project_id = %(project)s AND id >= first + (last - first) * step / (%(sample)s + 1)
            ORDER BY id LIMIT 1
        ) AS one, LATERAL (
            SELECT FROM annotation_documentsearch WHERE document_id = one.id AND terms @@ %(query)s::tsquery OFFSET 0
        ) AS with_terms
    )
    SELECT NULL AS document_id FROM looked_at WHERE found >= %(enough)s
    UNION ALL
    (SELECT document_id FROM annotation_documentsearch
    WHERE project_id = %(project)s::bigint AND terms @@ %(query)s::tsquery
        AND (SELECT found FROM looked_at) < %(enough)s
    LIMIT %(most)s)
"""
_SAMPLE, _ENOUGH = 128, 4


def as_key(pk: int) -> Cast:
    """For a GIN index that begins with a key: of another type of number it takes no notice and is read whole."""
    return Cast(Value(pk), models.BigIntegerField())


def few_found(sql: LiteralString, values: Sequence[Any]) -> list[int] | None:  # Any: values of SQL
    """The ids that this SELECT finds, or None where there are more than a few. One statement, at once."""
    with connection.cursor() as cursor:
        cursor.execute(f"{sql} LIMIT %s", [*values, FEW_FOUND + 1])
        found = [int(row[0]) for row in cursor.fetchall()]
    return found if len(found) <= FEW_FOUND else None


def _few_with_terms(project_id: int, query: str) -> list[int] | None:
    """As `few_found`, for a tsquery over the terms of search."""
    values: dict[str, int | str] = {
        "project": project_id,
        "query": query,
        "sample": _SAMPLE,
        "enough": _ENOUGH,
        "most": FEW_FOUND + 1,
    }
    with connection.cursor() as cursor:
        cursor.execute(_WITH_TERMS, values)
        found = [row[0] for row in cursor.fetchall()]
    return found if len(found) <= FEW_FOUND and found != [None] else None


class ExistsByRow(Exists):
    """Where rows are wanted in an order, asked of one after the other until a page is full: joined, the other table is
    read from the first row of the site on, since both are in the order of their keys. A count is joined.
    """

    def as_sql(
        self, compiler: Any, connection: Any, template: str | None = None, **context: Any
    ) -> Any:  # Any: Django's
        by_row = "EXISTS(%(subquery)s OFFSET 0)" if compiler.query.order_by else template
        return super().as_sql(compiler, connection, by_row, **context)


def _matches(query: str) -> models.Func:
    """Whether terms of search fit this tsquery."""
    has_terms = models.BooleanField()
    return models.Func(
        F("terms"), Value(query), template="(%(expressions)s::tsquery)", arg_joiner=" @@ ", output_field=has_terms
    )


class State(models.TextChoices):
    NEW = "new", _("New")
    ASSIGNED = "assigned", _("Assigned")
    ANNOTATED = "annotated", _("Annotated")
    GOLD = "gold", _("Gold")
    AUTO_ACCEPTED = "auto_accepted", _("Auto-accepted")


class DocumentQuerySet(QuerySet["Document"]):
    def open(self) -> "DocumentQuerySet":
        """Documents that somebody may still be lent."""
        return self.filter(slots__gt=0)

    def matching(self, project_id: int, words: str) -> "DocumentQuerySet":
        """Documents with all of these words, in Chinese with these characters side by side. Empty words find nothing.

        Asks the database at once; see `with_terms`.
        """
        query = search.as_query(words)
        if not query:
            return self.none()
        rows = self.with_terms(project_id, query)
        for phrase in search.phrases(words):
            rows = rows.filter(text__icontains=phrase)
        return rows

    def with_terms(self, project_id: int, query: str) -> "DocumentQuerySet":
        """`query`: a tsquery over the terms of search. Asks the database at once: one statement.

        Few documents are named one by one: walking the ids until enough fit would read the whole project. Of many,
        the walk soon finds enough, and naming them all would cost more.
        """
        few = _few_with_terms(project_id, query)
        if few is not None:
            return self.filter(pk__in=few)
        searches = DocumentSearch.objects.filter(_matches(query), project=as_key(project_id), document=OuterRef("pk"))
        return self.filter(ExistsByRow(searches))

    def in_queue_order(self) -> "DocumentQuerySet":
        return self.order_by("-priority", "id")

    def with_gold_label(self, label: str, label_sets: Sequence[str]) -> "DocumentQuerySet":
        """Documents whose gold answer holds this label, in whatever kind of label set."""
        matches = Q()
        for name in label_sets:
            for value in (label, [label], [{"label": label}]):
                matches |= Q(gold__answer__contains={name: value})
        return self.filter(matches)


class Document(models.Model):
    """One immutable text to be labeled. `slots`: how many further people it may be lent to now."""

    # Of itself without an index: several below begin with it.
    project = models.ForeignKey(
        "annotation.Project", on_delete=models.CASCADE, related_name="documents", db_index=False
    )
    external_id = models.CharField(max_length=255, null=True, blank=True)
    text = models.TextField()
    parts = models.JSONField(default=list)
    meta = models.JSONField(default=dict)
    text_sha256 = models.CharField(max_length=64)
    # Hash of the normalized text: equal for texts that differ in case or spacing only. It decides the split.
    text_key = models.CharField(max_length=16)
    state = models.CharField(max_length=15, choices=State.choices, default=State.NEW)
    priority = models.FloatField(default=0.0)
    # What a manager has decided: whole steps of URGENT before (1) or behind (-1) what the ranking says.
    urgency = models.SmallIntegerField(default=0, db_default=0)
    slots = models.PositiveSmallIntegerField(default=1)
    # The model's own answer would do; people are asked all the same, without seeing it, to check that answer.
    is_audit = models.BooleanField(default=False, db_default=False, editable=False)
    # How many people an assignment rule asks for; null: as many as the project does.
    overlap = models.PositiveSmallIntegerField(null=True, editable=False)
    # Who may take it, by the project's assignment rules: the number of a Lane. Null: no rule was looked at so far.
    lane = models.IntegerField(null=True, editable=False)
    # Null: not compared yet. 0: no near-duplicate. Else the smallest id among its near-duplicates.
    near_group = models.BigIntegerField(null=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = DocumentQuerySet.as_manager()

    class Meta:
        app_label = "annotation"
        constraints = [
            models.UniqueConstraint(
                fields=["project", "external_id"], condition=Q(external_id__isnull=False), name="external_id_once"
            ),
        ]
        indexes = [
            models.Index("project", models.F("priority").desc(), "id", condition=Q(slots__gt=0), name="document_queue"),
            models.Index(fields=["project", "id"], name="document_list"),
            models.Index("project", models.F("priority").desc(), "id", name="document_by_priority"),
            models.Index(fields=["project", "created_at"], name="document_by_time"),
            models.Index(fields=["project", "state", "id"], name="document_by_state"),
            models.Index(fields=["project", "text_key"], name="document_by_text"),
            models.Index(fields=["project", "id"], condition=Q(near_group__isnull=True), name="document_not_compared"),
            models.Index(fields=["near_group"], condition=Q(near_group__gt=0), name="document_near_group"),
            models.Index(
                *("project", "lane", models.F("priority").desc(), "id"),
                condition=Q(slots__gt=0, lane__isnull=False),
                name="document_lanes",
            ),
            HashIndex(fields=["text_sha256"], name="document_by_sha256"),
        ]

    def __str__(self) -> str:
        return self.external_id or str(self.pk)

    @property
    def parts_typed(self) -> list[Part]:
        return [Part(part["role"], part["start"], part["end"]) for part in self.parts]


class NearKey(models.Model):
    """A key that near-duplicates are likely to share, with the first document that had it. Derived from the texts."""

    pk = models.CompositePrimaryKey("project_id", "key")
    project = models.ForeignKey("annotation.Project", on_delete=models.CASCADE, related_name="+", db_index=False)
    key = models.BigIntegerField()
    document = models.ForeignKey(
        Document, on_delete=models.DO_NOTHING, related_name="+", db_index=False, db_constraint=False
    )

    class Meta:
        app_label = "annotation"

    def __str__(self) -> str:
        return f"{self.key} of {self.document_id}"


class DocumentSearch(models.Model):
    """What a document is found by: a table of its own, so that reading documents does not drag it along."""

    document = models.OneToOneField(
        "annotation.Document", on_delete=models.CASCADE, primary_key=True, related_name="search"
    )
    project = models.ForeignKey("annotation.Project", on_delete=models.CASCADE, related_name="+", db_index=False)
    terms = SearchVectorField()

    class Meta:
        app_label = "annotation"
        indexes = [GinIndex(fields=["project", "terms"], name="document_search")]

    def __str__(self) -> str:
        return f"terms of document {self.document_id}"

import django.db.models.deletion
from django.db import migrations, models
import django.core.validators

# Whatever writes a row that reports read, COPY and the shell too, leaves a mark in the same transaction. The project is
# looked up row by row: a join would be planned once, for whatever number of rows came first.
MARKS = """
CREATE FUNCTION annotation_mark_documents() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO annotation_qualitymark (project_id, document_id) SELECT project_id, id FROM changed;
    RETURN NULL;
END $$;
CREATE FUNCTION annotation_mark_gold() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO annotation_qualitymark (project_id, document_id) SELECT project_id, document_id FROM changed;
    RETURN NULL;
END $$;
CREATE FUNCTION annotation_mark_answers() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO annotation_qualitymark (project_id, document_id)
    SELECT * FROM (
        SELECT (SELECT project_id FROM annotation_document WHERE id = document_id) AS project_id, document_id
        FROM changed WHERE status = 'submitted'
    ) AS found WHERE project_id IS NOT NULL;
    RETURN NULL;
END $$;
CREATE FUNCTION annotation_mark_changed_answers() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO annotation_qualitymark (project_id, document_id)
    SELECT (SELECT project_id FROM annotation_document WHERE id = document_id), document_id
    FROM (SELECT document_id, status FROM changed UNION ALL SELECT document_id, status FROM before) AS both_states
    WHERE status = 'submitted';
    RETURN NULL;
END $$;
CREATE FUNCTION annotation_mark_predictions() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO annotation_qualitymark (project_id, document_id)
    SELECT project_id, document_id FROM changed
    WHERE (SELECT true FROM annotation_gold WHERE annotation_gold.document_id = changed.document_id);
    RETURN NULL;
END $$;
CREATE FUNCTION annotation_mark_reviews() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO annotation_qualitymark (project_id, document_id)
    SELECT (SELECT project_id FROM annotation_document WHERE id = found.document_id), found.document_id
    FROM (SELECT (SELECT document_id FROM annotation_annotation WHERE id = annotation_id) FROM changed)
        AS found(document_id);
    RETURN NULL;
END $$;

CREATE TRIGGER quality_insert AFTER INSERT ON annotation_document REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION annotation_mark_documents();
CREATE TRIGGER quality_delete AFTER DELETE ON annotation_document REFERENCING OLD TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION annotation_mark_documents();
CREATE TRIGGER quality_insert AFTER INSERT ON annotation_gold REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION annotation_mark_gold();
CREATE TRIGGER quality_update AFTER UPDATE ON annotation_gold REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION annotation_mark_gold();
CREATE TRIGGER quality_delete AFTER DELETE ON annotation_gold REFERENCING OLD TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION annotation_mark_gold();
CREATE TRIGGER quality_insert AFTER INSERT ON annotation_annotation REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION annotation_mark_answers();
CREATE TRIGGER quality_update AFTER UPDATE ON annotation_annotation REFERENCING NEW TABLE AS changed OLD TABLE AS before
    FOR EACH STATEMENT EXECUTE FUNCTION annotation_mark_changed_answers();
CREATE TRIGGER quality_delete AFTER DELETE ON annotation_annotation REFERENCING OLD TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION annotation_mark_answers();
CREATE TRIGGER quality_insert AFTER INSERT ON annotation_prediction REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION annotation_mark_predictions();
CREATE TRIGGER quality_update AFTER UPDATE ON annotation_prediction REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION annotation_mark_predictions();
CREATE TRIGGER quality_insert AFTER INSERT ON annotation_review REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION annotation_mark_reviews();

-- Packed already: a second compression would only cost time.
ALTER TABLE annotation_qualityslice
    ALTER COLUMN documents SET STORAGE EXTERNAL, ALTER COLUMN voices SET STORAGE EXTERNAL,
    ALTER COLUMN "values" SET STORAGE EXTERNAL, ALTER COLUMN items SET STORAGE EXTERNAL,
    ALTER COLUMN changes SET STORAGE EXTERNAL;
-- What is there already is read at the next tick.
INSERT INTO annotation_qualitymark (project_id, document_id) SELECT project_id, id FROM annotation_document;
"""

NO_MARKS = """
DROP TRIGGER quality_insert ON annotation_document;
DROP TRIGGER quality_delete ON annotation_document;
DROP TRIGGER quality_insert ON annotation_gold;
DROP TRIGGER quality_update ON annotation_gold;
DROP TRIGGER quality_delete ON annotation_gold;
DROP TRIGGER quality_insert ON annotation_annotation;
DROP TRIGGER quality_update ON annotation_annotation;
DROP TRIGGER quality_delete ON annotation_annotation;
DROP TRIGGER quality_insert ON annotation_prediction;
DROP TRIGGER quality_update ON annotation_prediction;
DROP TRIGGER quality_insert ON annotation_review;
DROP FUNCTION annotation_mark_reviews();
DROP FUNCTION annotation_mark_predictions();
DROP FUNCTION annotation_mark_changed_answers();
DROP FUNCTION annotation_mark_answers();
DROP FUNCTION annotation_mark_gold();
DROP FUNCTION annotation_mark_documents();
"""


class Migration(migrations.Migration):
    dependencies = [("annotation", "0019_auto_accept_grounds")]

    operations = [
        migrations.AddField(
            "project",
            "hourly_rate",
            models.FloatField(
                default=0, verbose_name="cost of an hour", help_text="What an hour of annotating costs. 0: not told.",
                validators=[
                    django.core.validators.MinValueValidator(0.0), django.core.validators.MaxValueValidator(1e6)
                ],
            ),
        ),
        migrations.AddField(
            "project", "currency", models.CharField(blank=True, max_length=10, verbose_name="currency")
        ),
        migrations.CreateModel(
            name="QualityMark",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "project",
                    models.ForeignKey(
                        db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE,
                        related_name="+", to="annotation.project",
                    ),
                ),
                (
                    "document",
                    models.ForeignKey(
                        db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+", to="annotation.document",
                    ),
                ),
            ],
            options={"indexes": [models.Index(fields=["project", "document"], name="quality_mark")]},
        ),
        migrations.CreateModel(
            name="QualitySlice",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "project_id", "place", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("place", models.BigIntegerField()),
                ("documents", models.BinaryField()),
                ("voices", models.BinaryField()),
                ("values", models.BinaryField()),
                ("items", models.BinaryField()),
                ("changes", models.BinaryField()),
                ("built_at", models.DateTimeField(auto_now=True)),
                (
                    "project",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name="+",
                        to="annotation.project",
                    ),
                ),
            ],
        ),
        migrations.RunSQL(MARKS, NO_MARKS),
    ]

import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

# The database fills these columns in, so that every way of writing predictions and gold does, COPY too.
FUNCTIONS = """
CREATE FUNCTION annotation_labels(answer jsonb) RETURNS text[] LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT coalesce(array_agg(DISTINCT label), '{}') FROM (
        SELECT CASE jsonb_typeof(item) WHEN 'string' THEN item #>> '{}' WHEN 'object' THEN item ->> 'label' END AS label
        FROM jsonb_each(CASE jsonb_typeof(answer) WHEN 'object' THEN answer ELSE '{}' END) AS one(name, value),
            jsonb_array_elements(CASE jsonb_typeof(value) WHEN 'array' THEN value ELSE jsonb_build_array(value) END)
                AS items(item)
    ) AS found WHERE length(label) <= 100
$$;

CREATE FUNCTION annotation_certainty(answer jsonb, confidence jsonb) RETURNS double precision
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT min(CASE jsonb_typeof(number) WHEN 'number' THEN number::double precision END)
    FROM jsonb_each(CASE jsonb_typeof(confidence) WHEN 'object' THEN confidence ELSE '{}' END) AS one(name, value),
        LATERAL (
            SELECT value AS number WHERE jsonb_typeof(value) = 'number'
            UNION ALL
            SELECT item
            FROM jsonb_array_elements(CASE jsonb_typeof(value) WHEN 'array' THEN value ELSE '[]' END) AS items(item)
            UNION ALL
            SELECT value -> (label #>> '{}') FROM jsonb_array_elements(
                CASE jsonb_typeof(answer -> name) WHEN 'array' THEN answer -> name
                    ELSE jsonb_build_array(answer -> name) END) AS labels(label)
            WHERE jsonb_typeof(value) = 'object' AND jsonb_typeof(label) = 'string'
        ) AS numbers
$$;

CREATE FUNCTION annotation_differs(gold jsonb, predicted jsonb) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT EXISTS (
        SELECT FROM jsonb_each(predicted) AS one(name, value)
        WHERE coalesce(nullif(value, '[]'), 'null') <> coalesce(nullif(gold -> name, '[]'), 'null')
    )
$$;

CREATE FUNCTION annotation_fill_prediction() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.project_id := (SELECT project_id FROM annotation_document WHERE id = NEW.document_id);
    NEW.labels := annotation_labels(NEW.answer);
    NEW.certainty := annotation_certainty(NEW.answer, NEW.confidence);
    RETURN NEW;
END $$;

CREATE FUNCTION annotation_fill_gold() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.labels := annotation_labels(NEW.answer);
    RETURN NEW;
END $$;

CREATE TRIGGER annotation_fill_prediction BEFORE INSERT OR UPDATE ON annotation_prediction
    FOR EACH ROW EXECUTE FUNCTION annotation_fill_prediction();
CREATE TRIGGER annotation_fill_gold BEFORE INSERT OR UPDATE ON annotation_gold
    FOR EACH ROW EXECUTE FUNCTION annotation_fill_gold();

UPDATE annotation_prediction SET labels = '{}';
UPDATE annotation_gold SET labels = '{}';
-- What these updates have left to be checked is checked now: a table with checks to come can't be altered.
SET CONSTRAINTS ALL IMMEDIATE;
"""

NO_FUNCTIONS = """
DROP TRIGGER annotation_fill_prediction ON annotation_prediction;
DROP TRIGGER annotation_fill_gold ON annotation_gold;
DROP FUNCTION annotation_fill_prediction();
DROP FUNCTION annotation_fill_gold();
DROP FUNCTION annotation_differs(jsonb, jsonb);
DROP FUNCTION annotation_certainty(jsonb, jsonb);
DROP FUNCTION annotation_labels(jsonb);
"""


def project_of_prediction(**options):
    return models.ForeignKey(
        db_constraint=False,
        db_index=False,
        editable=False,
        on_delete=django.db.models.deletion.DO_NOTHING,
        related_name="+",
        to="annotation.project",
        **options,
    )


def labels():
    return django.contrib.postgres.fields.ArrayField(
        base_field=models.TextField(), default=list, editable=False, size=None
    )


def person():
    return models.ForeignKey(
        on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL
    )


def project():
    return models.ForeignKey(
        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="annotation.project"
    )


def key():
    return models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")


class Migration(migrations.Migration):
    dependencies = [("annotation", "0011_token_scopes")]

    operations = [
        migrations.AddField("document", "urgency", models.SmallIntegerField(db_default=0, default=0)),
        migrations.AddField("gold", "labels", labels()),
        migrations.AddField("prediction", "project", project_of_prediction(null=True)),
        migrations.AddField("prediction", "labels", labels()),
        migrations.AddField("prediction", "certainty", models.FloatField(editable=False, null=True)),
        migrations.RunSQL(FUNCTIONS, NO_FUNCTIONS),
        migrations.AlterField("prediction", "project", project_of_prediction()),
        migrations.AddIndex(
            "gold", django.contrib.postgres.indexes.GinIndex(fields=["project", "labels"], name="gold_labels")
        ),
        migrations.AddIndex(
            "prediction",
            django.contrib.postgres.indexes.GinIndex(fields=["project", "labels"], name="prediction_labels"),
        ),
        migrations.AddIndex(
            "prediction", models.Index(fields=["project", "certainty"], name="prediction_certainty")
        ),
        migrations.AddIndex("prediction", models.Index(fields=["project", "version"], name="prediction_version")),
        migrations.CreateModel(
            name="SavedView",
            fields=[
                ("id", key()),
                ("name", models.CharField(max_length=60, verbose_name="name")),
                ("query", models.TextField(blank=True)),
                ("is_shared", models.BooleanField(default=False)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("owner", person()),
                ("project", project()),
            ],
            options={
                "ordering": ["name", "id"],
                "constraints": [
                    models.UniqueConstraint(fields=("project", "owner", "name"), name="saved_view_name_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="BulkChange",
            fields=[
                ("id", key()),
                (
                    "kind",
                    models.CharField(
                        choices=[("priority", "Priority"), ("reopened", "Sent back to the queue")], max_length=10
                    ),
                ),
                ("before", models.JSONField(default=list)),
                ("number", models.PositiveIntegerField(default=0)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("undone_at", models.DateTimeField(blank=True, null=True)),
                ("project", project()),
                ("user", person()),
            ],
            options={"indexes": [models.Index(fields=["project", "user", "-id"], name="bulk_change_of_person")]},
        ),
    ]

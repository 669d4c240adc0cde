import django.db.models.deletion
from django.db import migrations, models

STATES = ("new", "assigned", "annotated", "gold", "auto_accepted")


CONDITIONS = ("slots > 0", *(f"state = '{state}'" for state in STATES))
COLUMNS = "(project_id, open, {})".format(", ".join(f'"{state}"' for state in STATES))
NUMBERS = ", ".join(f"count(*) FILTER (WHERE {condition})" for condition in CONDITIONS)
NEGATIVE = ", ".join(f"-count(*) FILTER (WHERE {condition})" for condition in CONDITIONS)
CHANGE = ", ".join(f"(NEW.{condition})::int - (OLD.{condition})::int" for condition in CONDITIONS)

TRIGGERS = f"""
CREATE FUNCTION annotation_count_documents() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO annotation_documentcount {COLUMNS}
        SELECT project_id, {NUMBERS} FROM rows GROUP BY project_id;
    ELSIF TG_OP = 'DELETE' THEN
        INSERT INTO annotation_documentcount {COLUMNS}
        SELECT project_id, {NEGATIVE} FROM rows GROUP BY project_id;
    ELSE
        INSERT INTO annotation_documentcount {COLUMNS} VALUES (NEW.project_id, {CHANGE});
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER annotation_count_new_documents AFTER INSERT ON annotation_document
    REFERENCING NEW TABLE AS rows FOR EACH STATEMENT EXECUTE FUNCTION annotation_count_documents();
CREATE TRIGGER annotation_count_gone_documents AFTER DELETE ON annotation_document
    REFERENCING OLD TABLE AS rows FOR EACH STATEMENT EXECUTE FUNCTION annotation_count_documents();
-- A row at a time: the ranking of a whole project changes many rows, and none that counts.
CREATE TRIGGER annotation_count_changed_documents AFTER UPDATE ON annotation_document FOR EACH ROW
    WHEN (OLD.state <> NEW.state OR (OLD.slots > 0) <> (NEW.slots > 0))
    EXECUTE FUNCTION annotation_count_documents();

-- From here on the triggers keep others from writing until this is committed.
INSERT INTO annotation_documentcount {COLUMNS}
SELECT project_id, {NUMBERS} FROM annotation_document GROUP BY project_id;
"""

NO_TRIGGERS = """
DROP TRIGGER annotation_count_new_documents ON annotation_document;
DROP TRIGGER annotation_count_gone_documents ON annotation_document;
DROP TRIGGER annotation_count_changed_documents ON annotation_document;
DROP FUNCTION annotation_count_documents();
"""


class Migration(migrations.Migration):
    dependencies = [("annotation", "0020_quality_columns")]

    operations = [
        migrations.CreateModel(
            name="DocumentCount",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                *((name, models.BigIntegerField(default=0)) for name in ("open", *STATES)),
                (
                    "project",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="document_counts",
                        to="annotation.project",
                    ),
                ),
            ],
        ),
        migrations.RunSQL(TRIGGERS, NO_TRIGGERS),
        migrations.AddIndex(
            "document",
            models.Index("project", models.F("priority").desc(), "id", name="document_by_priority"),
        ),
        migrations.AddIndex("document", models.Index(fields=["project", "created_at"], name="document_by_time")),
    ]

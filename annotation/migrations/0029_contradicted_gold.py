from django.db import migrations, models

# The number is that of the lock under which gold is written (annotation/events/services.py). Each statement of these
# functions sees what was committed before it: whoever comes second at one document sees what the other wrote.
FUNCTIONS = """
CREATE OR REPLACE FUNCTION annotation_fill_gold() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.labels := annotation_labels(NEW.answer);
    NEW.contradicted := EXISTS (
        SELECT FROM annotation_prediction AS said WHERE said.document_id = NEW.document_id
            AND said.answer <> NEW.answer AND annotation_differs(NEW.answer, said.answer)
    );
    RETURN NEW;
END $$;

CREATE FUNCTION annotation_contradict(project bigint, documents bigint[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(4201, project::int);
    UPDATE annotation_gold AS gold SET contradicted = true FROM annotation_prediction AS said
    WHERE gold.document_id = ANY (documents) AND NOT gold.contradicted AND said.document_id = gold.document_id
        AND said.answer <> gold.answer AND annotation_differs(gold.answer, said.answer);
END $$;

CREATE FUNCTION annotation_compare_predictions() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' THEN
        PERFORM annotation_contradict(NEW.project_id, ARRAY[NEW.document_id]);
        RETURN NULL;
    END IF;
    PERFORM annotation_contradict(project_id, documents) FROM (
        SELECT gold.project_id, array_agg(gold.document_id) AS documents
        FROM changed JOIN annotation_gold AS gold ON gold.document_id = changed.document_id
        WHERE NOT gold.contradicted AND changed.answer <> gold.answer
            AND annotation_differs(gold.answer, changed.answer)
        GROUP BY 1 ORDER BY 1
    ) AS found;
    RETURN NULL;
END $$;

CREATE TRIGGER compare_insert AFTER INSERT ON annotation_prediction REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION annotation_compare_predictions();
CREATE TRIGGER compare_update AFTER UPDATE OF answer ON annotation_prediction
    FOR EACH ROW WHEN (OLD.answer <> NEW.answer) EXECUTE FUNCTION annotation_compare_predictions();

UPDATE annotation_gold AS gold SET contradicted = true WHERE EXISTS (
    SELECT FROM annotation_prediction AS said WHERE said.document_id = gold.document_id
        AND said.answer <> gold.answer AND annotation_differs(gold.answer, said.answer)
);
-- What this update has left to be checked is checked now: a table with checks to come can't be altered.
SET CONSTRAINTS ALL IMMEDIATE;
"""

NO_FUNCTIONS = """
DROP TRIGGER compare_update ON annotation_prediction;
DROP TRIGGER compare_insert ON annotation_prediction;
DROP FUNCTION annotation_compare_predictions();
DROP FUNCTION annotation_contradict(bigint, bigint[]);
CREATE OR REPLACE FUNCTION annotation_fill_gold() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.labels := annotation_labels(NEW.answer);
    RETURN NEW;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("annotation", "0028_decay_alerts")]

    operations = [
        migrations.AddField(
            "gold", "contradicted", models.BooleanField(db_default=False, default=False, editable=False)
        ),
        migrations.RunSQL(FUNCTIONS, NO_FUNCTIONS),
        migrations.AddIndex(
            "gold",
            models.Index(
                condition=models.Q(contradicted=True), fields=["project", "document"], name="gold_contradicted"
            ),
        ),
    ]

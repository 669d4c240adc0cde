from django.db import migrations

# Whoever copies many rows in says labels and certainty himself: annotation/predictions/found_by.py.
FORWARDS = """
DROP TRIGGER annotation_fill_prediction ON annotation_prediction;
CREATE TRIGGER annotation_fill_new_prediction BEFORE INSERT ON annotation_prediction
    FOR EACH ROW WHEN (NEW.project_id IS NULL OR NEW.labels = '{}') EXECUTE FUNCTION annotation_fill_prediction();
CREATE TRIGGER annotation_fill_prediction BEFORE UPDATE ON annotation_prediction
    FOR EACH ROW EXECUTE FUNCTION annotation_fill_prediction();
"""
BACKWARDS = """
DROP TRIGGER annotation_fill_prediction ON annotation_prediction;
DROP TRIGGER annotation_fill_new_prediction ON annotation_prediction;
CREATE TRIGGER annotation_fill_prediction BEFORE INSERT OR UPDATE ON annotation_prediction
    FOR EACH ROW EXECUTE FUNCTION annotation_fill_prediction();
"""


class Migration(migrations.Migration):
    dependencies = [("annotation", "0026_fewer_indexes")]
    operations = [migrations.RunSQL(FORWARDS, BACKWARDS)]

import django.core.validators
from django.db import migrations, models

REMOVE = """
DROP TRIGGER audit_insert ON annotation_membership;
DROP TRIGGER audit_update ON annotation_membership;
DROP TRIGGER audit_delete ON annotation_membership;
"""
# The audit log tells the person's share, too.
NOW = """
CREATE TRIGGER audit_insert AFTER INSERT ON annotation_membership FOR EACH ROW EXECUTE FUNCTION annotation_audit_row('project_id', 'project_id,user_id,role,passed_practice_at,review_share', '');
CREATE TRIGGER audit_update AFTER UPDATE OF project_id, user_id, role, passed_practice_at, review_share ON annotation_membership FOR EACH ROW EXECUTE FUNCTION annotation_audit_row('project_id', 'project_id,user_id,role,passed_practice_at,review_share', '');
CREATE TRIGGER audit_delete AFTER DELETE ON annotation_membership FOR EACH ROW EXECUTE FUNCTION annotation_audit_row('project_id', 'project_id,user_id,role,passed_practice_at,review_share', '');
"""
BEFORE = """
CREATE TRIGGER audit_insert AFTER INSERT ON annotation_membership FOR EACH ROW EXECUTE FUNCTION annotation_audit_row('project_id', 'project_id,user_id,role,passed_practice_at', '');
CREATE TRIGGER audit_update AFTER UPDATE OF project_id, user_id, role, passed_practice_at ON annotation_membership FOR EACH ROW EXECUTE FUNCTION annotation_audit_row('project_id', 'project_id,user_id,role,passed_practice_at', '');
CREATE TRIGGER audit_delete AFTER DELETE ON annotation_membership FOR EACH ROW EXECUTE FUNCTION annotation_audit_row('project_id', 'project_id,user_id,role,passed_practice_at', '');
"""


class Migration(migrations.Migration):

    dependencies = [
        ('annotation', '0030_covering_selection'),
    ]

    operations = [
        migrations.AddField(
            model_name='membership',
            name='review_share',
            field=models.FloatField(blank=True, null=True, validators=[django.core.validators.MinValueValidator(0.0), django.core.validators.MaxValueValidator(1.0)], verbose_name='share to review'),
        ),
        migrations.RunSQL(REMOVE + NOW, REMOVE + BEFORE),
    ]

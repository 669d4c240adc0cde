import django.db.models.deletion
from django.db import migrations, models

TRIGGERS = """
CREATE TRIGGER audit_insert AFTER INSERT ON modelops_labelstarter FOR EACH ROW EXECUTE FUNCTION annotation_audit_row('project_id', 'project_id,label_id,starter', '');
CREATE TRIGGER audit_update AFTER UPDATE OF "project_id", "label_id", "starter" ON modelops_labelstarter FOR EACH ROW EXECUTE FUNCTION annotation_audit_row('project_id', 'project_id,label_id,starter', '');
CREATE TRIGGER audit_delete AFTER DELETE ON modelops_labelstarter FOR EACH ROW EXECUTE FUNCTION annotation_audit_row('project_id', 'project_id,label_id,starter', '');
"""

REVERSE = """
DROP TRIGGER audit_insert ON modelops_labelstarter;
DROP TRIGGER audit_update ON modelops_labelstarter;
DROP TRIGGER audit_delete ON modelops_labelstarter;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('annotation', '0025_alerts'),
        ('modelops', '0009_alerts'),
    ]

    operations = [
        migrations.CreateModel(
            name='LabelStarter',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('starter', models.CharField(blank=True, max_length=40)),
                ('label', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='annotation.label')),
                ('project', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='annotation.project')),
            ],
        ),
        migrations.RunSQL(TRIGGERS, REVERSE),
    ]

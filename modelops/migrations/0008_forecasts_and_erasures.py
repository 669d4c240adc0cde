import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


TRIGGERS = """
CREATE TRIGGER audit_insert AFTER INSERT ON modelops_erasure FOR EACH ROW EXECUTE FUNCTION annotation_audit_row('project_id', 'project_id,document_id,versions,reason,by_id,run_id', '');
CREATE TRIGGER audit_update AFTER UPDATE OF "project_id", "document_id", "versions", "reason", "by_id", "run_id" ON modelops_erasure FOR EACH ROW EXECUTE FUNCTION annotation_audit_row('project_id', 'project_id,document_id,versions,reason,by_id,run_id', '');
CREATE TRIGGER audit_delete AFTER DELETE ON modelops_erasure FOR EACH ROW EXECUTE FUNCTION annotation_audit_row('project_id', 'project_id,document_id,versions,reason,by_id,run_id', '');
"""

REVERSE = """
DROP TRIGGER audit_insert ON modelops_erasure;
DROP TRIGGER audit_update ON modelops_erasure;
DROP TRIGGER audit_delete ON modelops_erasure;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('annotation', '0023_audit_log'),
        ('modelops', '0007_audit_log'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Forecast',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('state', models.CharField(choices=[('queued', 'Queued'), ('running', 'Running'), ('succeeded', 'Succeeded'), ('failed', 'Failed')], default='queued', max_length=10)),
                ('done', models.PositiveIntegerField(default=0)),
                ('total', models.PositiveIntegerField(default=0)),
                ('error', models.TextField(blank=True)),
                ('attempt', models.PositiveIntegerField(default=0)),
                ('failures', models.PositiveSmallIntegerField(default=0)),
                ('heartbeat_at', models.DateTimeField(blank=True, null=True)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('change', models.BigIntegerField(default=0)),
                ('curves', models.JSONField(default=dict)),
                ('measured_at', models.DateTimeField(blank=True, null=True)),
                ('project', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='annotation.project')),
            ],
        ),
        migrations.CreateModel(
            name='Erasure',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('document_id', models.BigIntegerField()),
                ('versions', models.JSONField(default=list)),
                ('reason', models.CharField(blank=True, max_length=500)),
                ('at', models.DateTimeField(auto_now_add=True)),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('project', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='annotation.project')),
                ('run', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='modelops.run')),
            ],
            options={
                'ordering': ['-id'],
                'indexes': [models.Index(fields=['project', '-id'], name='erasure_newest')],
            },
        ),
        migrations.RunSQL(TRIGGERS, REVERSE),
    ]

"""The guidelines that stand today are each project's first version."""

from django.db import migrations


def write_first_versions(apps, schema_editor):
    Project = apps.get_model("annotation", "Project")
    GuidelinesVersion = apps.get_model("annotation", "GuidelinesVersion")
    GuidelinesVersion.objects.bulk_create(
        [
            GuidelinesVersion(
                project_id=project.pk,
                number=1,
                text=project.guidelines,
                text_zh=project.guidelines_zh,
                created_by_id=project.created_by_id,
            )
            for project in Project.objects.filter(guidelines_versions__isnull=True).iterator()
        ],
        batch_size=500,
    )


class Migration(migrations.Migration):
    dependencies = [("annotation", "0004_talk")]

    operations = [migrations.RunPython(write_first_versions, migrations.RunPython.noop)]

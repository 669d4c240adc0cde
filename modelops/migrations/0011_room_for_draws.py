from django.db import migrations


class Migration(migrations.Migration):
    """A ranking changes many draws at once: a page keeps room for them, so the index stays as it is."""

    dependencies = [
        ('modelops', '0010_starters'),
    ]

    operations = [
        migrations.RunSQL(
            "ALTER TABLE modelops_draw SET (fillfactor = 50)", "ALTER TABLE modelops_draw RESET (fillfactor)"
        ),
    ]

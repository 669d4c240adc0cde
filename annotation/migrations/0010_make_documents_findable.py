from django.db import migrations

from annotation.documents.search import as_vector, terms

ROWS_AT_ONCE = 2_000


def make_findable(apps, schema_editor):
    Document = apps.get_model("annotation", "Document")
    rows = Document.objects.filter(search__isnull=True).order_by("pk").values_list("pk", "project_id", "text")
    with schema_editor.connection.cursor() as cursor:
        batch = []
        for pk, project_id, text in rows.iterator(chunk_size=ROWS_AT_ONCE):
            batch.append((pk, project_id, as_vector(terms(text))))
            if len(batch) == ROWS_AT_ONCE:
                write(cursor, batch)
                batch = []
        write(cursor, batch)


def write(cursor, batch):
    cursor.executemany(
        "INSERT INTO annotation_documentsearch (document_id, project_id, terms) VALUES (%s, %s, %s::tsvector)", batch
    )


class Migration(migrations.Migration):
    dependencies = [("annotation", "0009_search")]

    operations = [migrations.RunPython(make_findable, migrations.RunPython.noop)]

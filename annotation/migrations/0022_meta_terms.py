from django.db import migrations

from annotation.documents.search import as_vector, meta_terms

ROWS_AT_ONCE = 2_000
ADD = """
    UPDATE annotation_documentsearch AS search SET terms = search.terms || new.terms
    FROM unnest(%s::bigint[], %s::tsvector[]) AS new(document_id, terms) WHERE search.document_id = new.document_id
"""


def add_meta(apps, schema_editor):
    """Twice is as good as once."""
    Document = apps.get_model("annotation", "Document")
    last = 0
    while rows := list(Document.objects.filter(pk__gt=last).order_by("pk").values_list("pk", "meta")[:ROWS_AT_ONCE]):
        last = rows[-1][0]
        found = {pk: as_vector(terms) for pk, meta in rows if (terms := meta_terms(meta))}
        with schema_editor.connection.cursor() as cursor:
            cursor.execute(ADD, [list(found), list(found.values())])


class Migration(migrations.Migration):
    dependencies = [("annotation", "0021_counts")]

    operations = [migrations.RunPython(add_meta, migrations.RunPython.noop)]

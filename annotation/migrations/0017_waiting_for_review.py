"""Note the number of each project's guidelines, and put what waits for a reviewer already into the queue of reviews."""

from django.db import migrations

GUIDELINES = """
    UPDATE annotation_project AS project SET guidelines_number = newest.number
    FROM (SELECT project_id, max(number) AS number FROM annotation_guidelinesversion GROUP BY 1) AS newest
    WHERE newest.project_id = project.id
"""
ITEMS = """
    INSERT INTO annotation_reviewitem
        (project_id, document_id, annotation_id, state, reason, place, share, is_blind, rounds, created_at)
    SELECT document.project_id, document.id,
        CASE WHEN count(DISTINCT given.answer) = 1 THEN max(given.id) END, 'open',
        CASE WHEN count(DISTINCT given.answer) = 1 THEN 'all' ELSE 'people_differ' END, 0, 1, false, 0, now()
    FROM annotation_document AS document
    JOIN annotation_project AS project ON project.id = document.project_id
    JOIN annotation_annotation AS given ON given.document_id = document.id AND given.status = 'submitted'
    WHERE document.state = 'annotated' AND document.slots = 0 AND (project.review <> 'none' OR project.overlap > 1)
    GROUP BY document.id, project.review
    HAVING project.review <> 'none' OR count(DISTINCT given.answer) > 1
    ORDER BY document.id
"""


class Migration(migrations.Migration):
    dependencies = [("annotation", "0016_reviewing")]

    operations = [
        migrations.RunSQL(GUIDELINES, migrations.RunSQL.noop),
        migrations.RunSQL(ITEMS, "DELETE FROM annotation_reviewitem"),
    ]

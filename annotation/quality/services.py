"""Keep the columns of the reports in step with the rows: a marked document is read again, whole slices by hand."""

from collections.abc import Collection, Iterable
from datetime import datetime

from django.db import connection, transaction
from django.db.models import Max
from django.utils import timezone

from annotation.projects.models import Project
from annotation.quality.collecting import Names, collect
from annotation.quality.columns import TYPES, Columns, joined, unpack
from annotation.quality.models import QualityMark, QualitySlice
from annotation.signals import answers_read

# Documents with ids from k * SLICE on, up to the next, share a row.
SLICE = 4_096
# Names the lock under which one worker at a time writes the columns of a project.
_ADVISORY = 7_306_011


def projects_to_refresh() -> list[int]:
    return list(QualityMark.objects.order_by("project_id").values_list("project_id", flat=True).distinct())


def refresh(project_id: int) -> int:
    """Read every marked document again, a slice a transaction; the number of documents. Twice is harmless.

    A mark goes in the transaction that reads what it is about: a change that comes later leaves a mark of its own.
    """
    project = Project.objects.filter(pk=project_id).first()
    if project is None:
        QualityMark.objects.filter(project_id=project_id).delete()
        return 0
    names = Names.of(project_id)
    done, place = 0, _first_place(project_id)
    while place is not None:
        with transaction.atomic():
            if not _take(project_id):
                return done
            marked = _marked(project_id, place)
            _write(project, place, marked, names)
        done += len(marked)
        place = _first_place(project_id)
    if done:
        answers_read.send(sender=QualitySlice, project_id=project_id)
    return done


def rebuild(project_id: int) -> int:
    """Forget the columns and read all documents."""
    with transaction.atomic():
        QualitySlice.objects.filter(project_id=project_id).delete()
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO annotation_qualitymark (project_id, document_id)"
                " SELECT project_id, id FROM annotation_document WHERE project_id = %s",
                [project_id],
            )
    return refresh(project_id)


def newest_change(project: Project) -> datetime | None:
    """When the columns were last written."""
    found: datetime | None = QualitySlice.objects.filter(project=project).aggregate(newest=Max("built_at"))["newest"]
    return found


def columns_of(project: Project, tables: Collection[str] = tuple(TYPES)) -> Columns:
    """The project's columns, as of the last refresh; tables that are not asked for are empty. One statement."""
    rows = QualitySlice.objects.filter(project=project).order_by("place").values_list(*tables)
    return joined([_columns(zip(tables, row, strict=True)) for row in rows])


def _columns(packed: Iterable[tuple[str, bytes]]) -> Columns:
    return Columns(**{name: unpack(bytes(raw), TYPES[name]) for name, raw in packed})


def _first_place(project_id: int) -> int | None:
    """Of documents that are gone the mark is taken too."""
    rows = QualityMark.objects.filter(project_id=project_id).order_by("document_id")
    first = rows.values_list("document_id", flat=True).first()
    return None if first is None else first - first % SLICE


def _take(project_id: int) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s, %s)", [_ADVISORY, project_id])
        [is_free] = cursor.fetchone() or (False,)
    return bool(is_free)


def _marked(project_id: int, place: int) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(
            "WITH gone AS (DELETE FROM annotation_qualitymark"
            " WHERE project_id = %s AND document_id >= %s AND document_id < %s RETURNING document_id)"
            " SELECT DISTINCT document_id FROM gone",
            [project_id, place, place + SLICE],
        )
        return [row[0] for row in cursor.fetchall()]


def _write(project: Project, place: int, marked: Collection[int], names: Names) -> None:
    kept = QualitySlice.objects.filter(project=project, place=place).values_list(*TYPES).first()
    before = _columns(zip(TYPES, kept, strict=True)) if kept else Columns()
    now = joined([before.without_documents(sorted(marked)), collect(project, sorted(marked), names)])
    if not len(now.documents):
        QualitySlice.objects.filter(project=project, place=place).delete()
        return
    now.documents.sort(order="document")
    fields = {**now.packed(), "built_at": timezone.now()}
    if not kept:
        QualitySlice.objects.create(project=project, place=place, **fields)
    else:
        QualitySlice.objects.filter(project=project, place=place).update(**fields)

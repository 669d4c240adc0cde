from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from annotation.access import membership_for, signed_in
from annotation.annotations.models import Annotation, Gold
from annotation.documents.models import Document, State
from annotation.pages.answers import rows_of
from annotation.pages.talk import talk_of
from annotation.practice.hidden import is_kept_secret
from annotation.predictions.models import Prediction
from annotation.projects.models import Project
from annotation.queue.desk_strings import desk_strings
from annotation.queue.services import hidden_from

EXCERPT_CHARS = 240


def language_of(document: Document, project: Project) -> str:
    """The language to read a text in, or empty where nobody said."""
    given = document.meta.get("language") or document.meta.get("lang") or project.language
    return given if isinstance(given, str) and len(given) <= 10 else ""


@login_required
@require_safe
def document_page(request: HttpRequest, project_id: int, document_id: int) -> HttpResponse:
    membership = membership_for(request.user, project_id)
    project = membership.project
    document = get_object_or_404(Document, pk=document_id, project=project)
    label_sets = list(project.label_sets.prefetch_related("labels"))
    is_secret = is_kept_secret(document=document, user=signed_in(request.user))
    gold = None if is_secret else Gold.objects.filter(document=document).select_related("by").first()
    is_hidden = hidden_from(signed_in(request.user), document)
    ids = [] if is_hidden else [document.pk]
    prediction = Prediction.objects.current(ids, project.production_version).get(document.pk)
    words = desk_strings()
    annotations = Annotation.objects.filter(document=document).select_related("user").order_by("id")
    if is_secret:
        document.state = State.ASSIGNED
        annotations = annotations.filter(user=membership.user_id)
    context = {
        "membership": membership,
        "document": document,
        "language": language_of(document, project),
        "parts": [
            (words.get(f"role_{part.role}", part.role), document.text[part.start : part.end])
            for part in document.parts_typed
        ],
        "gold": gold,
        "gold_rows": rows_of(gold.answer, label_sets, document.text) if gold else (),
        "prediction": prediction,
        "is_hidden": is_hidden,
        "prediction_rows": rows_of(prediction.answer, label_sets, document.text) if prediction else (),
        **talk_of(document, membership),
        "annotations": [(row, rows_of(row.answer, label_sets, document.text)) for row in annotations],
    }
    return render(request, "annotation/pages/document.html", context)

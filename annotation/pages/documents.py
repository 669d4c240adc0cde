from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.db.models import Exists, OuterRef, QuerySet
from django.db.models.functions import Left
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from annotation.access import membership_for, signed_in
from annotation.annotations.models import Annotation, Gold
from annotation.comments.models import Comment, comment_count, is_flagged
from annotation.documents.models import Document, State
from annotation.pages.answers import rows_of
from annotation.pages.talk import talk_of
from annotation.practice.hidden import is_kept_secret
from annotation.predictions.models import Prediction
from annotation.projects.models import Project
from annotation.queue.desk_strings import desk_strings
from annotation.queue.services import hidden_from

PAGE_SIZE = 50
TALK = (("flagged", gettext_lazy("Flagged")), ("comments", gettext_lazy("With comments")))
EXCERPT_CHARS = 240


@login_required
@require_safe
def document_list(request: HttpRequest, project_id: int) -> HttpResponse:
    membership = membership_for(request.user, project_id)
    words = request.GET.get("q", "").replace("\0", "")[:200].strip()
    chosen = {"state": request.GET.get("state", ""), "q": words, "talk": request.GET.get("talk", "")}
    rows = _talked(_filtered(membership.project, chosen["state"], chosen["q"]), chosen["talk"])
    after = request.GET.get("after", "")
    if after.isdecimal() and len(after) < 19:
        rows = rows.filter(pk__lt=int(after))
    found = list(rows.order_by("-id")[: PAGE_SIZE + 1])
    page = found[:PAGE_SIZE]
    context = {
        "membership": membership,
        "documents": [(row, language_of(row, membership.project)) for row in page],
        "states": State.choices,
        "talks": TALK,
        "chosen": chosen,
        "is_first_page": not after,
        "first_url": f"?{urlencode(chosen)}",
        "next_url": f"?{urlencode({**chosen, 'after': page[-1].pk})}" if len(found) > PAGE_SIZE else "",
    }
    return render(request, "annotation/pages/documents.html", context)


def _filtered(project: Project, state: str, words: str) -> QuerySet[Document]:
    """Only the beginning of each text is read: a text may have 200,000 characters."""
    found = Document.objects.filter(project=project)
    if words:
        found = found.matching(project.pk, words)
    if state in State.values:
        found = found.filter(state=state)
    rows = found.annotate(excerpt=Left("text", EXCERPT_CHARS))
    return rows.select_related("gold").defer("text", "parts")


def _talked(rows: QuerySet[Document], talk: str) -> QuerySet[Document]:
    """Each with its number of comments and whether it is flagged; only those that are, where `talk` asks for it."""
    if talk == "flagged":
        rows = rows.filter(is_flagged("pk"))
    elif talk == "comments":
        rows = rows.filter(Exists(Comment.objects.present().filter(document=OuterRef("pk"))))
    return rows.annotate(comment_count=comment_count("pk"), is_flagged=is_flagged("pk"))


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

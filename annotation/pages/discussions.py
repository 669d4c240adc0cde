"""Discussions about labels: a list, one of them with what was said, and its end in a line of the guidelines."""

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from annotation.access import membership_for, project_for, signed_in
from annotation.discussions.models import Discussion, DiscussionPost
from annotation.discussions.services import (
    MAX_LINE_CHARS,
    MAX_POST_CHARS,
    MAX_TITLE_CHARS,
    NewDiscussion,
    add_post,
    open_discussion,
    resolve,
)
from annotation.pages.forms import put_errors
from annotation.projects.models import LabelSet, Project, Role

SHOWN = 200
SEPARATOR = ":"


class DiscussionForm(forms.Form):
    title = forms.CharField(label=gettext_lazy("Question"), max_length=MAX_TITLE_CHARS)
    about = forms.ChoiceField(label=gettext_lazy("About"), required=False)
    text = forms.CharField(
        label=gettext_lazy("What is unclear"),
        max_length=MAX_POST_CHARS,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=gettext_lazy("An example helps: quote the words."),
    )

    def __init__(self, *args: Any, choices: list[Any], **options: Any) -> None:  # Any: Django's own
        super().__init__(*args, **options)
        self.fields["about"] = forms.ChoiceField(label=gettext_lazy("About"), required=False, choices=choices)


class PostForm(forms.Form):
    text = forms.CharField(
        label=gettext_lazy("Your answer"), max_length=MAX_POST_CHARS, widget=forms.Textarea(attrs={"rows": 3})
    )


class ResolveForm(forms.Form):
    line = forms.CharField(
        label=gettext_lazy("Line for the guidelines"),
        required=False,
        max_length=MAX_LINE_CHARS,
        help_text=gettext_lazy("Comes as a point under the label, in a new version. Empty: resolved without a line."),
    )
    line_zh = forms.CharField(
        label=gettext_lazy("Line for the guidelines in Chinese"),
        required=False,
        max_length=MAX_LINE_CHARS,
        widget=forms.TextInput(attrs={"lang": "zh-hans"}),
    )


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def discussion_list(request: HttpRequest, project_id: int) -> HttpResponse:
    membership = membership_for(request.user, project_id)
    project = membership.project
    label_sets = list(LabelSet.objects.filter(project=project).prefetch_related("labels"))
    about = request.GET.get("about", "")
    form = DiscussionForm(request.POST or None, choices=_choices(label_sets), initial={"about": about})
    if request.method == "POST" and form.is_valid():
        label_set, _colon, label = form.cleaned_data["about"].partition(SEPARATOR)
        new = NewDiscussion(form.cleaned_data["title"], form.cleaned_data["text"], label_set, label)
        try:
            made = open_discussion(project=project, user=signed_in(request.user), new=new)
        except ValidationError as error:
            put_errors(form, error)
        else:
            return redirect("discussion", project_id, made.pk)
    context = {
        "membership": membership,
        "project": project,
        "form": form,
        "about": about,
        "label_sets": label_sets,
        "discussions": _rows(project, label_sets, about),
    }
    return render(request, "annotation/discussions/list.html", context, status=422 if form.errors else 200)


def _choices(label_sets: list[LabelSet]) -> list[Any]:  # Any: Django's nested choices
    groups = [
        (
            row.title,
            [
                (row.name, _("%(set)s as a whole") % {"set": row.title}),
                *((f"{row.name}{SEPARATOR}{label.name}", label.title) for label in row.labels.all()),
            ],
        )
        for row in label_sets
    ]
    return [("", _("The guidelines as a whole")), *groups]


def _rows(project: Project, label_sets: list[LabelSet], about: str) -> list[tuple[Discussion, str]]:
    rows = Discussion.objects.filter(project=project).with_counts().select_related("created_by", "guidelines_version")
    if about:
        label_set, _colon, label = about.partition(SEPARATOR)
        rows = rows.filter(label_set=label_set, **({"label": label} if label else {}))
    return [(row, _subject(row, label_sets)) for row in rows.order_by("resolved_at", "-id")[:SHOWN]]


def _subject(row: Discussion, label_sets: list[LabelSet]) -> str:
    """What it is about, by its titles; a label that is gone keeps its name."""
    found = next((label_set for label_set in label_sets if label_set.name == row.label_set), None)
    if found is None:
        return ": ".join(name for name in (row.label_set, row.label) if name)
    label = next((label.title for label in found.labels.all() if label.name == row.label), row.label)
    return ": ".join(name for name in (found.title, label) if name)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def discussion_page(request: HttpRequest, project_id: int, discussion_id: int) -> HttpResponse:
    membership = membership_for(request.user, project_id)
    discussion = _discussion(membership.project, discussion_id)
    form = PostForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            add_post(discussion=discussion, user=signed_in(request.user), text=form.cleaned_data["text"])
        except ValidationError as error:
            put_errors(form, error)
        else:
            return redirect("discussion", project_id, discussion_id)
    return _show(request, discussion, form, ResolveForm())


@login_required
@require_POST
def resolve_discussion(request: HttpRequest, project_id: int, discussion_id: int) -> HttpResponse:
    project = project_for(request.user, project_id, at_least=Role.MANAGER)
    discussion = _discussion(project, discussion_id)
    form = ResolveForm(request.POST)
    if form.is_valid():
        try:
            done = resolve(discussion=discussion, by=signed_in(request.user), **form.cleaned_data)
        except ValidationError as error:
            put_errors(form, error)
        else:
            added = done.guidelines_version is not None
            messages.success(
                request,
                _("Resolved. The guidelines have a new version with the line.") if added else _("Resolved."),
            )
            return redirect("discussion", project_id, discussion_id)
    return _show(request, discussion, PostForm(), form)


def _discussion(project: Project, discussion_id: int) -> Discussion:
    rows = Discussion.objects.filter(project=project).select_related(
        "created_by", "resolved_by", "guidelines_version", "document"
    )
    found = rows.filter(pk=discussion_id).first()
    if found is None:
        raise Http404
    return found


def _show(request: HttpRequest, discussion: Discussion, form: PostForm, resolve_form: ResolveForm) -> HttpResponse:
    membership = membership_for(request.user, discussion.project_id)
    label_sets = list(LabelSet.objects.filter(project=membership.project).prefetch_related("labels"))
    posts = DiscussionPost.objects.filter(discussion=discussion, deleted_at=None).select_related("user")[:SHOWN]
    context = {
        "membership": membership,
        "project": membership.project,
        "discussion": discussion,
        "subject": _subject(discussion, label_sets),
        "posts": posts,
        "form": form,
        "resolve_form": resolve_form,
        "is_manager": membership.role == Role.MANAGER,
    }
    status = 422 if form.errors or resolve_form.errors else 200
    return render(request, "annotation/discussions/discussion.html", context, status=status)

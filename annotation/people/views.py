from typing import cast

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from annotation.people.adapter import remember
from annotation.people.forms import ProfileForm, TokenForm
from annotation.people.models import Token, User
from annotation.people.services import make_token


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def profile(request: HttpRequest) -> HttpResponse:
    form = ProfileForm(request.POST or None, instance=request.user)
    if request.method == "POST" and form.is_valid():
        # The other columns change beside people, such as the number of unread notifications.
        user = form.save(commit=False)
        user.save(update_fields=ProfileForm.Meta.fields)
        messages.success(request, _("Saved."))
        response = redirect("profile")
        remember(response, user.language)
        return response
    return render(request, "annotation/people/profile.html", {"form": form}, status=422 if form.errors else 200)


@require_POST
def choose_language(request: HttpRequest) -> HttpResponse:
    """The switch at the top of every page, also for people who are not signed in."""
    language = request.POST.get("language", "")
    if language not in dict(settings.LANGUAGES):
        return HttpResponseBadRequest()
    if request.user.is_authenticated:
        User.objects.filter(pk=request.user.pk).update(language=language)
    after = request.POST.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(after, {request.get_host()}, require_https=request.is_secure())
    response = redirect(after if is_ours else "projects")
    remember(response, language)
    return response


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def tokens(request: HttpRequest) -> HttpResponse:
    """A new key is shown in the answer to its own request and nowhere else: it is not kept."""
    user = cast(User, request.user)
    form = TokenForm(user, request.POST or None)
    key = ""
    if request.method == "POST" and form.is_valid():
        key = make_token(user, form.limits)
        form = TokenForm(user)
    rows = Token.objects.filter(user=user).select_related("project").order_by("-id")
    context = {"tokens": rows, "key": key, "form": form, "now": timezone.now()}
    return render(request, "annotation/people/tokens.html", context, status=422 if form.errors else 200)


@login_required
@require_POST
def delete_token(request: HttpRequest, token_id: int) -> HttpResponse:
    get_object_or_404(Token, pk=token_id, user=request.user).delete()
    messages.success(request, _("The token is deleted. Programs that used it are signed out."))
    return redirect("tokens")

"""Pages for managers: the webhooks of a project, and what each of them was sent."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from annotation.access import membership_for
from annotation.projects.models import Role
from annotation.webhooks import services
from annotation.webhooks.forms import WebhookForm
from annotation.webhooks.models import Webhook

SHOWN = 100


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def webhook_list(request: HttpRequest, project_id: int) -> HttpResponse:
    """The secret is shown in the answer to the request that made it."""
    membership = membership_for(request.user, project_id, at_least=Role.MANAGER)
    form = WebhookForm(request.POST or None)
    made: Webhook | None = None
    if request.method == "POST" and form.is_valid():
        try:
            asked = form.cleaned_data
            made = services.add_webhook(
                project=membership.project, user=membership.user, url=asked["url"], told=asked["told"]
            )
            form = WebhookForm()
        except ValidationError as error:
            form.add_error("url", error.messages)
    context = {
        "membership": membership,
        "form": form,
        "made": made,
        "webhooks": Webhook.objects.filter(project_id=project_id),
        "newest": services.last_seq(project_id),
    }
    return render(request, "annotation/webhooks/list.html", context, status=422 if form.errors else 200)


@login_required
@require_safe
def webhook_page(request: HttpRequest, project_id: int, webhook_id: int) -> HttpResponse:
    membership = membership_for(request.user, project_id, at_least=Role.MANAGER)
    webhook = get_object_or_404(Webhook, pk=webhook_id, project_id=project_id)
    context = {
        "membership": membership,
        "webhook": webhook,
        "deliveries": webhook.deliveries.all()[:SHOWN],
        "newest": services.last_seq(project_id),
    }
    return render(request, "annotation/webhooks/webhook.html", context)


@login_required
@require_POST
def change_webhook(request: HttpRequest, project_id: int, webhook_id: int) -> HttpResponse:
    membership_for(request.user, project_id, at_least=Role.MANAGER)
    webhook = get_object_or_404(Webhook, pk=webhook_id, project_id=project_id)
    wish = request.POST.get("wish", "")
    since = request.POST.get("since", "")
    if wish == "delete":
        webhook.delete()
        messages.success(request, _("The webhook is deleted."))
        return redirect("webhooks", project_id=project_id)
    if wish in ("pause", "resume"):
        services.set_paused(webhook, is_paused=wish == "pause")
    elif wish == "replay" and since.isascii() and since.isdigit() and len(since) < 19:
        services.replay(webhook, since=int(since))
        messages.success(request, _("Everything after change %(seq)s is sent again.") % {"seq": since})
    else:
        messages.error(request, _("Say after which change to begin: a whole number."))
    return redirect("webhook", project_id=project_id, webhook_id=webhook_id)

"""Where a page of a project hears of new alerts."""

from django import template
from django.template.context import Context

from annotation.events.addresses import live_url
from annotation.projects.models import Project

register = template.Library()


@register.simple_tag(takes_context=True)
def alerts_live_url(context: Context, project: Project) -> str:
    request = context["request"]
    return live_url(project.pk, host=request.get_host(), is_secure=request.is_secure())

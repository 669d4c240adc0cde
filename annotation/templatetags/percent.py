"""A share from 0 to 1 as whole percent."""

from django import template

register = template.Library()


@register.filter
def percent(share: float | None) -> str:
    return "–" if share is None else f"{round(100 * share)} %"

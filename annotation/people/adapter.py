from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.http import HttpRequest, HttpResponse

from annotation.people.models import User

ONE_YEAR = 365 * 24 * 3600


def remember(response: HttpResponse, language: str) -> None:
    """Keep the language as the cookie that Django reads on every request.

    Empty: forget the choice, so that the browser's own wish counts.
    """
    if not language:
        response.delete_cookie(settings.LANGUAGE_COOKIE_NAME, samesite="Lax")
        return
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        language,
        max_age=ONE_YEAR,
        samesite="Lax",
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
    )


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth ships no types
    """People are invited; signing up by oneself is a setting. A person's language comes back when they sign in."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return bool(settings.SIGNUP_OPEN)

    def post_login(
        self, request: HttpRequest, user: User, **options: Any
    ) -> HttpResponse:  # Any: allauth's own options
        response: HttpResponse = super().post_login(request, user, **options)
        if user.language:
            remember(response, user.language)
        return response

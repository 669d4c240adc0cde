from rest_framework import exceptions
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.request import Request

from annotation.people.models import Token, User
from annotation.people.services import use_token


class TokenAuthentication(BaseAuthentication):
    """`Authorization: Token cw_…`"""

    def authenticate(self, request: Request) -> tuple[User, Token] | None:
        words = get_authorization_header(request).split()
        if not words or words[0].lower() != b"token":
            return None
        if len(words) != 2:
            raise exceptions.AuthenticationFailed("Send `Authorization: Token <key>`.")
        token = use_token(words[1].decode("latin-1"))
        if token is None:
            raise exceptions.AuthenticationFailed("This token is not known.")
        return token.user, token

    def authenticate_header(self, request: Request) -> str:
        return "Token"

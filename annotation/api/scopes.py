"""What a token may do: reading needs `read`, a few calls have a scope of their own, every other change `manage`."""

from django.utils.translation import gettext_lazy as _
from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request

from annotation.people.models import Scope, Token

# By the name of the address. A POST that only reads stands with its reading scope.
_CHANGES = {
    "api-documents": Scope.WRITE,
    "api-import-cancel": Scope.WRITE,
    "api-next": Scope.ANNOTATE,
    "api-assignment": Scope.ANNOTATE,
    "api-annotation": Scope.ANNOTATE,
    "api-practice": Scope.ANNOTATE,
    "api-practice-next": Scope.ANNOTATE,
    "api-bulk": Scope.ANNOTATE,
    "api-bulk-undo": Scope.ANNOTATE,
    "api-comments": Scope.ANNOTATE,
    "api-comment": Scope.ANNOTATE,
    "api-flag": Scope.ANNOTATE,
    "api-guidelines-seen": Scope.ANNOTATE,
    "api-discussions": Scope.ANNOTATE,
    "api-discussion-posts": Scope.ANNOTATE,
    "api-views": Scope.ANNOTATE,
    "api-view": Scope.ANNOTATE,
    "api-inbox-read": Scope.ANNOTATE,
    "api-predict": Scope.READ,
    "api-similar": Scope.READ,
    "api-explanation": Scope.READ,
}


def needed_scope(method: str, address: str) -> Scope:
    if method in SAFE_METHODS:
        return Scope.READ
    return _CHANGES.get(address, Scope.MANAGE)


class TokenScope(BasePermission):
    message = _("This token may not do that. Make one with the scope that is needed.")

    def has_permission(self, request: Request, view: object) -> bool:
        """People in the browser have no token and are bound by their role alone."""
        token = request.auth
        if not isinstance(token, Token):
            return True
        match = request.resolver_match
        address = (match.url_name if match else None) or ""
        makes_projects = address == "api-projects" and request.method not in SAFE_METHODS
        if makes_projects and token.project_id is not None:
            return False
        return Scope.MANAGE in token.scopes or needed_scope(request.method or "", address) in token.scopes

from django.conf import settings
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from annotation.access import project_for
from annotation.answers.problems import Problem
from annotation.api.errors import ApiError, invalid
from modelops.api.serializers import PredictAnswer, PredictTexts
from modelops.api.waiting import wait_for
from modelops.prelabeling.models import PredictRequest
from modelops.prelabeling.services import NoVersion, ask


class PredictView(APIView):
    @extend_schema(request=PredictTexts, responses=PredictAnswer)
    def post(self, request: Request, project_id: int) -> Response:
        """Answers of the version in production for at most 256 texts; 409 when there is none."""
        project = project_for(request.user, project_id)
        body = PredictTexts(data=request.data)
        body.is_valid(raise_exception=True)
        texts: list[str] = body.validated_data["texts"]
        _check_lengths(texts)
        try:
            asked = ask(project, texts)
        except NoVersion as error:
            raise ApiError(409, "no_version", str(error)) from error
        answered = wait_for(PredictRequest.objects.all(), asked.pk)
        if answered.result is None:
            raise ApiError(409, "no_version" if answered.error == "no_version" else "not_usable", answered.error)
        return Response(answered.result)


def _check_lengths(texts: list[str]) -> None:
    limit: int = settings.COLLABWEB_LIMITS["text_chars"]
    message = _("A text has at most %(limit)d characters.") % {"limit": limit}
    problems = [
        Problem(f"texts.{place}", "text_too_long", message) for place, text in enumerate(texts) if len(text) > limit
    ]
    if problems:
        raise invalid(problems)

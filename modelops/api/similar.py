from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from annotation.access import project_for
from annotation.answers.problems import Problem
from annotation.api.errors import ApiError, invalid
from annotation.documents.models import Document
from modelops.api.serializers import EmbeddingProgress, SimilarAnswer, SimilarRequest
from modelops.live.models import EmbeddingWork
from modelops.live.services import NotEmbedded, similar_to
from modelops.work.models import WorkState


class SimilarView(APIView):
    @extend_schema(request=SimilarRequest, responses={200: SimilarAnswer, 202: EmbeddingProgress})
    def post(self, request: Request, project_id: int) -> Response:
        """Documents like this one, most similar first, by the project's frozen encoder.

        202 with the progress while the texts are being embedded, which the first call starts: ask again. A project
        of more than 50,000 documents is searched among its newest.
        """
        project = project_for(request.user, project_id)
        body = SimilarRequest(data=request.data)
        body.is_valid(raise_exception=True)
        asked = body.validated_data
        document = Document.objects.select_related("project").filter(project=project, pk=asked["document"]).first()
        if document is None:
            words = _("There is no such document in this project.")
            raise invalid([Problem("document", "unknown_document", words)])
        try:
            found, work = similar_to(document, count=asked["count"], only_open=asked["open"])
        except NotEmbedded as error:
            return _progress(error.work)
        results = [{"document": pk, "similarity": cosine} for pk, cosine in found]
        return Response({"results": results, "embedded": work.done, "total": work.total})


def _progress(work: EmbeddingWork) -> Response:
    if work.state == WorkState.FAILED:
        detail = _("The texts could not be embedded: %(error)s") % {"error": work.error}
        raise ApiError(409, "embedding_failed", detail)
    return Response({"state": work.state, "embedded": work.done, "total": work.total}, status=202)

from django.contrib.auth.models import AnonymousUser
from django.http import Http404
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from annotation.access import is_member, signed_in
from annotation.api.errors import ApiError
from annotation.people.models import User
from annotation.predictions.models import Prediction
from annotation.projects.models import Explanations
from annotation.queue.services import hidden_from
from modelops.api.serializers import ExplanationSerializer
from modelops.api.waiting import wait_for
from modelops.explaining.models import Explanation
from modelops.explaining.services import CHECKPOINT_GONE, NotExplainable, ask_why, checkpoint_gone

# Somebody looks at the document meanwhile. A worker that answers later is not lost: its row serves the next call.
PATIENCE_SECONDS = 10


def prediction_for(user: User | AnonymousUser, prediction_id: int) -> Prediction:
    """The prediction, through the one door; none of a document that the person is to answer without it."""
    prediction = (
        Prediction.objects.select_related("document__project")
        .filter(is_member(user, "document__project"), pk=prediction_id)
        .first()
    )
    if prediction is None or hidden_from(signed_in(user), prediction.document):
        raise Http404
    return prediction


class ExplanationView(APIView):
    @extend_schema(request=None, responses=ExplanationSerializer)
    def post(self, request: Request, prediction_id: int) -> Response:
        """Which words drove the answers of kind choice and choices, strongest first; a span is no sum over words.

        403 where the manager hides explanations; 409 for an imported prediction or a version that is gone from disk;
        503 when no worker answers within ten seconds: ask again.
        """
        prediction = prediction_for(request.user, prediction_id)
        if prediction.document.project.explanations == Explanations.HIDDEN:
            raise ApiError(403, "explanations_hidden", _("The manager of this project hides explanations."))
        try:
            asked = ask_why(prediction)
            row = (
                asked if asked.finished_at else wait_for(Explanation.objects.all(), asked.pk, seconds=PATIENCE_SECONDS)
            )
            if row.result is None:
                raise checkpoint_gone() if row.error == CHECKPOINT_GONE else NotExplainable("not_usable", row.error)
        except NotExplainable as error:
            raise ApiError(409, error.code, str(error)) from error
        return Response({"prediction": prediction.pk, "version": prediction.version, "words": row.result})

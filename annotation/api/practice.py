from django.http import Http404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from annotation.access import is_member, membership_for, project_for, signed_in
from annotation.api.annotations import whole_number
from annotation.api.errors import ApiError
from annotation.api.practice_serializers import (
    FeedbackAnswer,
    FeedbackSerializer,
    PracticeAnswerRequest,
    PracticeNextAnswer,
    PracticeNextRequest,
)
from annotation.documents.wire import document_json
from annotation.practice.feedback import Feedback, Json, feedback_json, label_sets_of, progress_json
from annotation.practice.hidden import feedback_since
from annotation.practice.models import ItemKind, PracticeItem
from annotation.practice.services import PracticeAnswer, answer_item, missing_practice, next_items
from annotation.projects.models import Membership

EXCERPT_CHARS = 160


def ask_for_practice(membership: Membership) -> None:
    """Stop a newcomer before the queue. Raises the contract's 403 with what is left to practice."""
    progress = missing_practice(membership)
    if progress is not None:
        detail = "Answer the practice documents first; the queue opens at the pass mark."
        raise ApiError(403, "practice_needed", detail, extra={"practice": progress_json(progress)})


def _assignment_json(item: PracticeItem, round_: int) -> Json:
    """Without a prediction: the model has learned from this very answer and would give it away."""
    return {
        "id": f"practice-{item.pk}",
        "kind": "practice",
        "round": round_,
        "document": document_json(item.document),
        "prediction": None,
        "annotation": None,
        "expires_at": None,
    }


class PracticeNextView(APIView):
    @extend_schema(request=PracticeNextRequest, responses=PracticeNextAnswer)
    def post(self, request: Request, project_id: int) -> Response:
        """The caller's next practice documents, without predictions, and where they stand; none after the pass mark."""
        membership = membership_for(request.user, project_id)
        asked = PracticeNextRequest(data=request.data if request.data is not None else {})
        asked.is_valid(raise_exception=True)
        items, progress = next_items(membership=membership, **asked.validated_data)
        rows = [_assignment_json(item, progress.round) for item in items]
        return Response({"assignments": rows, "progress": progress_json(progress)})


class PracticeView(APIView):
    @extend_schema(request=PracticeAnswerRequest, responses=FeedbackSerializer)
    def put(self, request: Request, document_id: int) -> Response:
        """Answer a practice document; the feedback comes at once. A repeat changes nothing."""
        items = PracticeItem.objects.filter(is_member(request.user), document_id=document_id, kind=ItemKind.GUIDED)
        active = items.filter(is_active=True, document__gold__isnull=False)
        item = active.select_related("project", "document__gold").first()
        if item is None:
            raise Http404
        body = PracticeAnswerRequest(data=request.data)
        body.is_valid(raise_exception=True)
        feedback = answer_item(item=item, user=signed_in(request.user), asked=PracticeAnswer(**body.validated_data))
        return Response(feedback_json(feedback, label_sets_of(item.project_id)))


class PracticeFeedbackView(APIView):
    @extend_schema(responses=FeedbackAnswer, parameters=[OpenApiParameter("since", OpenApiTypes.INT)])
    def get(self, request: Request, project_id: int) -> Response:
        """What the caller answered to hidden gold, with its feedback, oldest first; at most 100 at a time."""
        project = project_for(request.user, project_id)
        since = whole_number(request.query_params.get("since"), "since", 0)
        found = feedback_since(project=project, user=signed_in(request.user), since=since, limit=100)
        label_sets = label_sets_of(project.pk) if found else []
        results = [{**_reminder(row), **feedback_json(row, label_sets)} for row in found]
        return Response({"results": results, "next_since": found[-1].attempt.pk if found else since})


def _reminder(feedback: Feedback) -> Json:
    document = feedback.item.document
    return {
        "id": feedback.attempt.pk,
        "document": document.pk,
        "external_id": document.external_id,
        "excerpt": document.text[:EXCERPT_CHARS],
        "created_at": feedback.attempt.created_at.isoformat(),
    }

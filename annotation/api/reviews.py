from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from annotation.access import is_member, membership_for, signed_in
from annotation.annotations.models import Annotation
from annotation.api.serializers import AdjudicationRequest, GoldAnswer, ReviewRequest, ReviewSerializer
from annotation.documents.models import Document
from annotation.projects.models import Role
from annotation.reviews.models import Verdict
from annotation.reviews.services import Opinion, adjudicate, review


class ReviewView(APIView):
    @extend_schema(request=ReviewRequest, responses={201: ReviewSerializer})
    def post(self, request: Request, annotation_id: int) -> Response:
        """Accept, correct or send back somebody else's annotation."""
        rows = Annotation.objects.select_related("document").filter(is_member(request.user, "document__project"))
        annotation = rows.filter(pk=annotation_id).first()
        if annotation is None:
            raise Http404
        membership_for(request.user, annotation.document.project_id, at_least=Role.REVIEWER)
        body = ReviewRequest(data=request.data)
        body.is_valid(raise_exception=True)
        given = body.validated_data
        opinion = Opinion(Verdict(given["verdict"]), given.get("answer"), given.get("comment", ""))
        made = review(annotation=annotation, reviewer=signed_in(request.user), opinion=opinion)
        return Response(ReviewSerializer(made).data, status=201)


class AdjudicationView(APIView):
    @extend_schema(request=AdjudicationRequest, responses=GoldAnswer)
    def post(self, request: Request, document_id: int) -> Response:
        """Settle a document that several people answered differently."""
        document = Document.objects.filter(is_member(request.user), pk=document_id).first()
        if document is None:
            raise Http404
        membership_for(request.user, document.project_id, at_least=Role.REVIEWER)
        body = AdjudicationRequest(data=request.data)
        body.is_valid(raise_exception=True)
        gold = adjudicate(document=document, reviewer=signed_in(request.user), answer=body.validated_data["answer"])
        return Response({"document": document.pk, "answer": gold.answer, "source": gold.source})

"""Named sets of hidden gold: projects/{id}/gold-sets/, gold-sets/{id}/. Managers only."""

from collections.abc import Mapping
from typing import Any

from django.db.models import Count
from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from annotation.access import is_member, membership_for, signed_in
from annotation.api.errors import invalid
from annotation.documents.filters import parse
from annotation.finding.applying import found_documents
from annotation.practice.gold_sets import (
    MOST_OF_SET,
    add_to_set,
    answers_to,
    change_gold_set,
    create_gold_set,
    decays_of,
    gold_sets_of,
    remove_from_set,
    retire_gold_set,
)
from annotation.practice.models import GoldSet
from annotation.projects.models import Project, Role
from annotation.quality.agreement import wilson


class GoldSetRequest(serializers.Serializer[Any]):  # Any: not bound to a model
    name = serializers.CharField(max_length=100)
    share = serializers.FloatField(min_value=0, max_value=0.5, default=0.0)


class GoldSetChange(serializers.Serializer[Any]):  # Any: as above
    name = serializers.CharField(max_length=100, required=False)
    share = serializers.FloatField(min_value=0, max_value=0.5, required=False)
    retired = serializers.BooleanField(required=False)


class GoldSetSerializer(serializers.Serializer[Any]):  # Any: as above
    id = serializers.IntegerField()
    name = serializers.CharField()
    share = serializers.FloatField(help_text="So many lent documents are of this set.")
    documents = serializers.IntegerField()
    retired_at = serializers.DateTimeField(allow_null=True)


class GoldSetDocuments(serializers.Serializer[Any]):  # Any: as above
    """By id, or with a filter as the list of documents takes it. Documents without gold are passed over."""

    add = serializers.ListField(child=serializers.IntegerField(min_value=1), required=False, max_length=MOST_OF_SET)
    remove = serializers.ListField(child=serializers.IntegerField(min_value=1), required=False, max_length=MOST_OF_SET)
    filter = serializers.DictField(child=serializers.CharField(), required=False)


class GoldSetDocumentsAnswer(serializers.Serializer[Any]):  # Any: as above
    added = serializers.IntegerField()
    removed = serializers.IntegerField()


class GoldSetPerson(serializers.Serializer[Any]):  # Any: as above
    username = serializers.CharField()
    answers = serializers.IntegerField()
    right = serializers.IntegerField()
    share_right = serializers.FloatField()
    low = serializers.FloatField()
    high = serializers.FloatField()


class GoldSetAnswer(GoldSetSerializer):
    people = GoldSetPerson(many=True, help_text="Their first answers to documents of the set, in the order of names.")


class DecaySerializer(serializers.Serializer[Any]):  # Any: as above
    username = serializers.CharField()
    kind = serializers.ChoiceField(choices=["below_mark", "below_own"])
    block = serializers.IntegerField(help_text="Which twenty answers of the person, from 1.")
    recent_right = serializers.IntegerField()
    recent = serializers.IntegerField()
    earlier_right = serializers.IntegerField()
    earlier = serializers.IntegerField()
    chance = serializers.FloatField(help_text="How likely so bad a block is when nothing has changed.")
    at = serializers.DateTimeField()


class GoldSetsAnswer(serializers.Serializer[Any]):  # Any: as above
    results = GoldSetSerializer(many=True)
    decays = DecaySerializer(many=True, help_text="People whose newest answers to hidden gold became worse.")


class GoldSetsView(APIView):
    @extend_schema(operation_id="list_gold_sets", responses=GoldSetsAnswer)
    def get(self, request: Request, project_id: int) -> Response:
        """Every set, retired ones last, and who became worse at known answers."""
        project = _project(request, project_id)
        names = dict(project.memberships.values_list("user_id", "user__username"))
        found = [
            {"username": names.get(one.user, str(one.user)), **{key: getattr(one, key) for key in _DECAY}}
            for one in decays_of(project)
        ]
        rows = [GoldSetSerializer(row).data for row in gold_sets_of(project)]
        return Response({"results": rows, "decays": DecaySerializer(found, many=True).data})

    @extend_schema(operation_id="create_gold_set", request=GoldSetRequest, responses={201: GoldSetSerializer})
    def post(self, request: Request, project_id: int) -> Response:
        project = _project(request, project_id)
        body = GoldSetRequest(data=request.data)
        body.is_valid(raise_exception=True)
        made = create_gold_set(project=project, user=signed_in(request.user), **body.validated_data)
        return Response(GoldSetSerializer(_told(made)).data, status=201)


class GoldSetView(APIView):
    @extend_schema(operation_id="read_gold_set", responses=GoldSetAnswer)
    def get(self, request: Request, gold_set_id: int) -> Response:
        """The set and how people answer it."""
        gold_set = gold_set_for(request, gold_set_id)
        return Response(GoldSetAnswer({**_told(gold_set), "people": _people(gold_set)}).data)

    @extend_schema(operation_id="change_gold_set", request=GoldSetChange, responses=GoldSetSerializer)
    def patch(self, request: Request, gold_set_id: int) -> Response:
        """Rename it, change its share, retire it or bring it back."""
        gold_set = gold_set_for(request, gold_set_id)
        body = GoldSetChange(data=request.data)
        body.is_valid(raise_exception=True)
        given = body.validated_data
        if "name" in given or "share" in given:
            name, share = given.get("name", gold_set.name), given.get("share", gold_set.share)
            change_gold_set(gold_set=gold_set, name=name, share=share)
        if "retired" in given:
            retire_gold_set(gold_set=gold_set, is_retired=given["retired"])
        return Response(GoldSetSerializer(_told(gold_set)).data)


class GoldSetDocumentsView(APIView):
    @extend_schema(operation_id="change_gold_set_documents", request=GoldSetDocuments, responses=GoldSetDocumentsAnswer)
    def post(self, request: Request, gold_set_id: int) -> Response:
        """Put documents with gold into the set, or take some out."""
        gold_set = gold_set_for(request, gold_set_id)
        body = GoldSetDocuments(data=request.data)
        body.is_valid(raise_exception=True)
        given, user = body.validated_data, signed_in(request.user)
        ids = [*given.get("add", []), *(_found(gold_set, request, given["filter"]) if "filter" in given else [])]
        added = add_to_set(gold_set=gold_set, user=user, document_ids=ids) if ids else 0
        removed = remove_from_set(gold_set=gold_set, document_ids=given.get("remove", []))
        return Response({"added": added, "removed": removed})


_DECAY = ("kind", "block", "recent_right", "recent", "earlier_right", "earlier", "chance", "at")


def _project(request: Request, project_id: int) -> Project:
    return membership_for(request.user, project_id, at_least=Role.MANAGER).project


def gold_set_for(request: Request, gold_set_id: int) -> GoldSet:
    found = GoldSet.objects.filter(is_member(request.user), pk=gold_set_id).select_related("project").first()
    if found is None:
        raise Http404
    membership_for(request.user, found.project_id, at_least=Role.MANAGER)
    return found


def _told(gold_set: GoldSet) -> dict[str, Any]:  # Any: JSON
    number = gold_set.items.filter(is_active=True, document__gold__isnull=False).aggregate(number=Count("pk"))
    told = {name: getattr(gold_set, name) for name in ("name", "share", "retired_at")}
    return {"id": gold_set.pk, **told, "documents": number["number"]}


def _people(gold_set: GoldSet) -> list[dict[str, Any]]:  # Any: JSON
    names = dict(gold_set.project.memberships.values_list("user_id", "user__username"))
    marks: dict[int, list[bool]] = {}
    for one in answers_to(gold_set):
        marks.setdefault(one.user, []).append(one.is_right)
    rows = []
    for user, given in marks.items():
        low, high = wilson(sum(given), len(given))
        shares = {"share_right": sum(given) / len(given), "low": low, "high": high}
        rows.append({"username": names.get(user, str(user)), "answers": len(given), "right": sum(given), **shares})
    return sorted(rows, key=lambda row: str(row["username"]))


def _found(gold_set: GoldSet, request: Request, asked: Mapping[str, str]) -> list[int]:
    """Documents with gold that the filter finds, newest first; no more than a set takes."""
    wanted, problems = parse(asked.items())
    if problems:
        raise invalid(problems)
    rows = found_documents(gold_set.project, signed_in(request.user), wanted).filter(gold__isnull=False)
    return list(rows.order_by("-pk").values_list("pk", flat=True)[:MOST_OF_SET])

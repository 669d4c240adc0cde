"""The test documents behind a figure: a cell of the confusion, a slice's mistakes, what a newer version changed."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from annotation.access import membership_for
from annotation.annotations.models import Gold
from annotation.documents.models import Document
from annotation.pages.answers import Row, rows_of
from annotation.pages.documents import language_of
from annotation.projects.models import LabelSet, Membership, Role
from annotation.queue.models import Assignment, AssignmentState
from modelops.evaluation.fact_words import by_words, value_words
from modelops.evaluation.flips import CHANGES
from modelops.evaluation.models import Evaluation
from modelops.evaluation.outcomes import Outcomes, with_gold, wrong
from modelops.evaluation.reading import facts_of
from modelops.pages.versions import CHANGE_WORDS, version_in
from modelops.registry.models import ModelVersion
from modelops.registry.predictions import answers_of
from modelops.training.comparing import common_ground, evaluated_ids

PAGE_SIZE = 20
EXCERPT_CHARS = 240


@dataclass(frozen=True, slots=True)
class Ask:
    """What is asked for: the query string, and whom it is about."""

    version: ModelVersion
    label_set: LabelSet
    given: Mapping[str, str]
    against: ModelVersion | None

    def title(self, label: str) -> str:
        found = next((one.title for one in self.label_set.labels.all() if one.name == label), label)
        return str(found) or _("none")


@dataclass(frozen=True, slots=True)
class Answered:
    """A document with the gold, what the version says, and what the other one said (None without another)."""

    document: Document
    excerpt: str
    language: str
    gold: Row
    said: Row
    before: Row | None


@login_required
@require_safe
def version_documents(request: HttpRequest, project_id: int, version_id: int) -> HttpResponse:
    membership = membership_for(request.user, project_id, at_least=Role.REVIEWER)
    ask = _ask(request.GET.dict(), version_in(project_id, pk=version_id))
    words, find = _found(ask)
    ids = _without_those_in_hand(find(), membership)
    start = _start(ask.given.get("from", ""))
    following = start + PAGE_SIZE
    context = {
        "membership": membership,
        "version": ask.version,
        "against": ask.against,
        "label_set": ask.label_set,
        "words": words,
        "total": len(ids),
        "rows": _rows(ask, ids[start:following], membership),
        "next_url": f"?{urlencode({**ask.given, 'from': following})}" if len(ids) > following else "",
    }
    return render(request, "modelops/pages/version_documents.html", context)


def _ask(given: dict[str, str], version: ModelVersion) -> Ask:
    label_sets = LabelSet.objects.filter(project=version.project_id).prefetch_related("labels")
    label_set = next((row for row in label_sets if row.name == given.get("label_set", "")), None)
    if label_set is None:
        raise Http404
    number = given.get("against", "")
    against = version_in(version.project_id, number=int(number)) if number.isdecimal() and len(number) < 9 else None
    return Ask(version, label_set, given, against)


def _found(ask: Ask) -> tuple[str, Callable[[], list[int]]]:
    """What the page is about in words, and how to find its documents."""
    figures = {"label_set": ask.label_set.title, "number": ask.version.number}
    change, by = ask.given.get("change", ""), ask.given.get("by", "")
    if "gold" in ask.given and "answer" in ask.given:
        figures |= {"gold": ask.title(ask.given["gold"]), "said": ask.title(ask.given["answer"])}
        return _("%(label_set)s: gold says “%(gold)s”, version %(number)d says “%(said)s”.") % figures, lambda: _cell(
            ask
        )
    if ask.against is not None and change in CHANGES:
        kind = next(one for one in CHANGES if one == change)
        figures |= {"change": CHANGE_WORDS[kind], "before": ask.against.number}
        words = _("%(label_set)s: %(change)s, from version %(before)d to version %(number)d.") % figures
        return words, lambda: _flipped(ask)
    if by:
        figures["where"] = f"{by_words(by)}: {value_words(by, ask.given.get('value', ''))}"
        words = _("%(label_set)s: mistakes of version %(number)d on “%(where)s”.") % figures
        return words, lambda: _in_slice(ask)
    return _("%(label_set)s: mistakes of version %(number)d.") % figures, lambda: wrong(
        _outcomes(ask), ask.label_set.name
    )


def _outcomes(ask: Ask) -> Outcomes:
    kept = Evaluation.objects.filter(version=ask.version).values_list("outcomes", flat=True).first()
    return kept or {}


def _cell(ask: Ask) -> list[int]:
    ids = with_gold(_outcomes(ask), ask.label_set.name, ask.given["gold"])
    answers = answers_of(ask.version.number, ids)
    wanted = ask.given["answer"]
    return [pk for pk in ids if pk in answers and (answers[pk].get(ask.label_set.name) or "") == wanted]


def _in_slice(ask: Ask) -> list[int]:
    pair = (ask.given["by"], ask.given.get("value", ""))
    facts = facts_of(wrong(_outcomes(ask), ask.label_set.name))
    return [one.document_id for one in facts if pair in one.pairs]


def _flipped(ask: Ask) -> list[int]:
    assert ask.against is not None
    ground = common_ground(ask.against, ask.version, evaluated_ids(ask.against, ask.version))
    flips = ground.flips().get(ask.label_set.name)
    change = next(one for one in CHANGES if one == ask.given["change"])
    return [ground.ids[place] for place in flips.places[change]] if flips else []


def _without_those_in_hand(ids: Sequence[int], membership: Membership) -> list[int]:
    """What the reader was lent themselves, they answer without having seen its gold."""
    lent = Assignment.objects.filter(user=membership.user_id, document__in=ids, state=AssignmentState.OPEN)
    in_hand = set(lent.values_list("document_id", flat=True))
    return [document_id for document_id in ids if document_id not in in_hand]


def _start(raw: str) -> int:
    return int(raw) if raw.isascii() and raw.isdigit() and len(raw) < 6 else 0


def _rows(ask: Ask, ids: Sequence[int], membership: Membership) -> list[Answered]:
    documents = Document.objects.filter(project=membership.project_id).in_bulk(ids)
    golds = dict(Gold.objects.filter(document__in=ids).values_list("document_id", "answer"))
    said = answers_of(ask.version.number, ids)
    before = answers_of(ask.against.number, ids) if ask.against else None

    def row(answer: Mapping[str, Any] | None, text: str) -> Row:  # Any: JSON
        [shown] = rows_of(answer or {}, [ask.label_set], text)
        return shown

    return [
        Answered(
            document=one,
            excerpt=one.text[:EXCERPT_CHARS],
            language=language_of(one, membership.project),
            gold=row(golds.get(one.pk), one.text),
            said=row(said.get(one.pk), one.text),
            before=row(before.get(one.pk), one.text) if before is not None else None,
        )
        for one in (documents[pk] for pk in ids if pk in documents)
    ]

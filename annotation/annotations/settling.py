"""What becomes of submitted answers: gold at once, or something for a reviewer. A fixed number of statements."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from annotation.annotations.models import Annotation, Status
from annotation.annotations.review_items import ItemState, ReviewItem
from annotation.annotations.review_reasons import AnswerFacts, Chosen, ReviewRules, chosen_for
from annotation.answers.answer import JsonAnswer
from annotation.answers.comparing import says_same
from annotation.documents.models import Document
from annotation.predictions.models import Prediction
from annotation.projects.models import Membership, Project, ReviewPolicy
from annotation.queue.blind import place_of

_KEPT = ("annotation", "state", "reason", "place", "share", "is_blind", "first_answer", "rounds")


@dataclass(frozen=True, slots=True)
class Submitted:
    """One person's submitted answer; all of a call are by the same person."""

    annotation_id: int
    document_id: int
    user_id: int
    answer: JsonAnswer
    prediction_id: int | None = None


def settle(project: Project, given: Sequence[Submitted]) -> set[int]:
    """Put what a second person must see into the queue of reviews; returns the documents that are gold now.

    Call inside the transaction that stored the answers. Documents whose gold stands already are not for here.
    """
    if project.review == ReviewPolicy.NONE and not project.is_shared:
        return {row.document_id for row in given}
    ids = [row.document_id for row in given]
    others = _others(ids, {row.user_id for row in given})
    missing = _missing(ids) if project.is_shared else set()
    present = {row.document_id: row for row in ReviewItem.objects.filter(document_id__in=ids)}
    complete = [row for row in given if row.document_id not in missing]
    agreed = [row for row in complete if all(says_same(row.answer, other) for other in others[row.document_id])]
    chosen = _chosen(project, agreed, present)
    agreed_ids = {row.document_id for row in agreed}
    chosen |= {row.document_id: Chosen("people_differ", 1.0) for row in complete if row.document_id not in agreed_ids}
    _put(project, [row for row in complete if row.document_id in chosen], chosen, present)
    return {row.document_id for row in complete} - set(chosen)


def _others(ids: Sequence[int], user_ids: set[int]) -> defaultdict[int, list[JsonAnswer]]:
    rows = Annotation.objects.filter(document_id__in=ids, status=Status.SUBMITTED).exclude(user_id__in=user_ids)
    found: defaultdict[int, list[JsonAnswer]] = defaultdict(list)
    for document_id, answer in rows.values_list("document_id", "answer"):
        found[document_id].append(answer)
    return found


def _missing(ids: Sequence[int]) -> set[int]:
    """Documents that somebody is still to answer."""
    answered = Document.objects.filter(pk__in=ids, slots=0).exclude(assignments__state="open")
    return set(ids) - set(answered.values_list("pk", flat=True))


def _chosen(project: Project, rows: Sequence[Submitted], present: Mapping[int, ReviewItem]) -> dict[int, Chosen]:
    if project.review == ReviewPolicy.NONE or not rows:
        return {}
    if project.review == ReviewPolicy.ALL:
        return {row.document_id: Chosen("all", 1.0) for row in rows}
    rules = ReviewRules(
        _share_of(project, rows[0].user_id),
        project.review_first_answers,
        project.review_uncertain_below,
        project.review_corrected_share,
    )
    facts = _facts(project, rows, rules)
    found = {row.document_id: chosen_for(facts[row.document_id], rules) for row in rows}
    # What waited or was sent back returns to its reviewer, whatever the rules say of the answer as it is now.
    stays = {pk: Chosen("all", 1.0) for pk, item in present.items() if item.state != ItemState.DONE}
    return {pk: choice for pk in found if (choice := stays.get(pk) or found[pk]) is not None}


def _share_of(project: Project, user_id: int) -> float:
    """The person's own share of answers to review, or the project's."""
    own = Membership.objects.filter(project=project, user=user_id).values_list("review_share", flat=True).first()
    return project.review_share if own is None else own


def _facts(project: Project, rows: Sequence[Submitted], rules: ReviewRules) -> dict[int, AnswerFacts]:
    earlier = _earlier_answers(project, rows) if rules.first_answers else 0
    asks_model = rules.uncertain_below > 0 or rules.corrected_share > 0
    asked = [row.prediction_id for row in rows if row.prediction_id] if asks_model else []
    predictions = Prediction.objects.in_bulk(asked) if asked else {}
    facts = {}
    for number, row in enumerate(rows):
        predicted = predictions.get(row.prediction_id or 0)
        facts[row.document_id] = AnswerFacts(
            place=place_of(project.salt, row.document_id, purpose="review"),
            earlier_answers=earlier + number,
            certainty=predicted.certainty if predicted else None,
            is_corrected=predicted is not None and not says_same(row.answer, predicted.answer),
        )
    return facts


def _earlier_answers(project: Project, rows: Sequence[Submitted]) -> int:
    """How many documents of the project the person has answered before these; counted no further than needed."""
    mine = Annotation.objects.filter(user_id=rows[0].user_id, document__project=project, status=Status.SUBMITTED)
    return mine.exclude(document_id__in=[row.document_id for row in rows])[: project.review_first_answers].count()


def _put(
    project: Project, rows: Sequence[Submitted], chosen: Mapping[int, Chosen], present: Mapping[int, ReviewItem]
) -> None:
    items = [_item(project, row, chosen[row.document_id], present.get(row.document_id)) for row in rows]
    if items:
        ReviewItem.objects.bulk_create(items, update_conflicts=True, unique_fields=["document"], update_fields=_KEPT)


def _item(project: Project, row: Submitted, chosen: Chosen, present: ReviewItem | None) -> ReviewItem:
    """One that waited or was sent back keeps why it was chosen, unless people differ now."""
    item = ReviewItem(
        project=project,
        document_id=row.document_id,
        annotation_id=None if chosen.reason == "people_differ" else row.annotation_id,
        reason=chosen.reason,
        share=chosen.share,
        place=place_of(project.salt, row.document_id, purpose="review"),
        is_blind=place_of(project.salt, row.document_id, purpose="review-blind") < project.review_blind_share,
    )
    if present is None or present.state == ItemState.DONE:
        return item
    item.rounds, item.is_blind, item.first_answer = present.rounds, present.is_blind, present.first_answer
    if chosen.reason != "people_differ":
        item.reason, item.share, item.place = present.reason, present.share, present.place
    return item

"""Read what a person corrected in earlier versions, and what a later version answers on the same documents."""

from annotation.annotations.models import Annotation, GoldChange, Status
from annotation.answers.answer import from_stored
from annotation.people.models import User
from annotation.projects.models import LabelSet, Project
from annotation.quality.own_work import MOST_READ
from modelops.evaluation.lessons import Ground, Lessons, Seen, learn
from modelops.evaluation.split import is_test
from modelops.registry.models import ModelVersion
from modelops.registry.predictions import answers_of
from modelops.training.dataset import LEARNABLE
from modelops.training.models import Run


def lessons_for(*, project: Project, version: ModelVersion, user: User) -> Lessons:
    """Over the person's newest answers to predictions of versions before this one. Five statements."""
    rows = list(
        Annotation.objects.filter(
            user=user,
            document__project=project,
            status=Status.SUBMITTED,
            prediction__version__lt=version.number,
        )
        .order_by("-id")
        .values_list("document_id", "answer", "prediction__answer", "prediction__version", "document__text_key")[
            :MOST_READ
        ]
    )
    now = answers_of(version.number, [document_id for document_id, *_ in rows])
    grounds = _grounds(project, version, {key for *_, key in rows})
    learnable = set(LabelSet.objects.filter(project=project, kind__in=LEARNABLE).values_list("name", flat=True))
    return learn(
        (
            Seen(
                document_id=document_id,
                before=before or 0,
                predicted=from_stored(predicted),
                given=from_stored(given),
                now=from_stored(now[document_id]) if document_id in now else None,
                ground=grounds[key],
            )
            for document_id, given, predicted, before, key in rows
        ),
        learnable,
    )


def _grounds(project: Project, version: ModelVersion, keys: set[str]) -> dict[str, Ground]:
    """By text, as the split goes: equal texts are learned or held out together."""
    snapshot = Run.objects.filter(version=version).values_list("snapshot", flat=True).first() or {}
    change = snapshot.get("change")
    if change is None:
        return dict.fromkeys(keys, "unknown")
    for_training = [key for key in keys if not is_test(project.salt, key)]
    gold = GoldChange.objects.filter(project=project, pk__lte=change, document__text_key__in=for_training)
    learned = set(gold.exclude(deleted=True).values_list("document__text_key", flat=True).distinct())
    return {key: "trained" if key in learned else "unseen" for key in keys}

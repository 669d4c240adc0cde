"""What a version learned from, in counts: whoever reads its figures must know what it has and has not seen. Pure."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from modelops.evaluation.facts import Facts, tally
from modelops.evaluation.metrics import is_answered, items

Learned = dict[str, Any]  # Any: JSON
Answers = Sequence[Mapping[str, Any]]  # Any: JSON


def learned_of(
    kinds: Mapping[str, str], gold: Answers, facts: Sequence[Facts], people: Sequence[int | None]
) -> Learned:
    """documents, labels by label set, languages, lengths, sources, people.

    `people`: who gave each gold answer; only how many documents each person gave is kept, most first, without names.
    """
    counts = Counter(one for one in people if one is not None)
    return {
        "documents": len(gold),
        "labels": {name: _labels(name, kind, gold) for name, kind in kinds.items()},
        "languages": tally(facts, "language"),
        "lengths": tally(facts, "length"),
        "sources": tally(facts, "source"),
        "people": [count for _, count in counts.most_common()],
        "by_nobody": sum(one is None for one in people),
    }


def _labels(name: str, kind: str, gold: Answers) -> dict[str, int]:
    """How often each label stands in the gold, most often first; "" counts the answers without any label."""
    found = Counter[str]()
    for answer in gold:
        if is_answered(kind, answer.get(name)):
            labels = [str(item[-1]) for item in items(kind, answer.get(name))]
            found.update(labels or [""])
    return dict(found.most_common())

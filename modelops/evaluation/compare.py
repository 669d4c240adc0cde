"""The gate: is a candidate at least as good as the version in production, on the same test documents? Pure.

Per label set: paired bootstrap over documents (Efron and Tibshirani 1993), exact McNemar test on documents (McNemar
1947), and no label's recall may fall by more than a set amount. Few documents can't show that a candidate is as good;
that it is worse they can, by the exact tests, which hold for any number.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import comb, sqrt
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from modelops.evaluation.metrics import answered, counts, items, score

Verdict = Literal["first", "better", "not_worse", "worse", "unknown"]
Answers = Sequence[Mapping[str, object]]


@dataclass(frozen=True, slots=True)
class Gate:
    """The gate's knobs.

    With few test documents even an equal model differs by chance, so the margin is
    max(`margin`, `margin_by_size` / sqrt(documents)) and narrows as the test split grows.
    Below `fewest` documents nothing but harm beyond chance is concluded.
    A label's recall has fallen when it fell by more than `recall_drop` and gold has the label at least
    `recall_support` times; or, where gold has it less often, when the exact test on its items allows no chance.
    """

    margin: float = 0.02
    margin_by_size: float = 0.8
    level: float = 0.95
    rounds: int = 2000
    recall_drop: float = 0.15
    recall_support: int = 20
    fewest: int = 20
    seed: int = 17

    def margin_for(self, documents: int) -> float:
        return max(self.margin, self.margin_by_size / sqrt(documents))


Comparison = dict[str, Any]  # Any: JSON; {"verdict", "against", "documents", "label_sets", "reasons"}


def first_version() -> Comparison:
    return {"verdict": "first", "against": None, "documents": 0, "label_sets": {}, "reasons": []}


def compare(
    kinds: Mapping[str, str], gold: Answers, candidate: Answers, production: Answers, gate: Gate | None = None
) -> Comparison:
    """The verdict with its figures. `reasons` says what speaks against the candidate: code, label set, figures.

    The three lists hold the answers for the same documents in the same order.
    """
    gate = gate or Gate()
    rows: dict[str, dict[str, Any]] = {}  # Any: JSON
    reasons: list[dict[str, Any]] = []  # Any: JSON
    for name, kind in kinds.items():
        wanted, new, old = answered(name, kind, gold, candidate, production)
        row = _label_set(kind, wanted, new, old, gate) if wanted else {}
        found = _reasons(row, gate) if row else []
        reasons.extend({"label_set": name} | reason for reason in found)
        if found or len(wanted) >= gate.fewest:
            rows[name] = row
    return {"verdict": _verdict(rows, reasons), "documents": len(gold), "label_sets": rows, "reasons": reasons}


def _verdict(rows: Mapping[str, Mapping[str, Any]], reasons: Sequence[object]) -> Verdict:  # Any: JSON
    if reasons:
        return "worse"
    if not rows:
        return "unknown"
    return "better" if all(row["low"] > 0 for row in rows.values()) else "not_worse"


def _label_set(
    kind: str, gold: Sequence[object], candidate: Sequence[object], production: Sequence[object], gate: Gate
) -> dict[str, Any]:  # Any: JSON
    new, old = counts(kind, gold, candidate), counts(kind, gold, production)
    low, high = _difference_bounds(new, old, gate)
    new_right, old_right = _is_right(new), _is_right(old)
    lost, won = int(np.sum(old_right & ~new_right)), int(np.sum(new_right & ~old_right))
    return {
        "kind": kind,
        "documents": len(gold),
        "candidate": round(float(_f1(new.sum(axis=0))), 4),
        "production": round(float(_f1(old.sum(axis=0))), 4),
        "low": round(low, 4),
        "high": round(high, 4),
        "margin": round(gate.margin_for(len(gold)), 4),
        "won": won,
        "lost": lost,
        "p_worse": round(p_worse(won, lost), 4),
        "recall_drops": _recall_drops(kind, gold, candidate, production, gate),
    }


def _reasons(row: Mapping[str, Any], gate: Gate) -> list[dict[str, Any]]:  # Any: JSON
    found: list[dict[str, Any]] = []  # Any: JSON
    if row["documents"] >= gate.fewest and row["low"] < -row["margin"]:
        found.append({"code": "may_be_worse", "low": row["low"], "margin": row["margin"]})
    if row["p_worse"] < 1 - gate.level:
        found.append({"code": "more_lost_than_won", "lost": row["lost"], "won": row["won"], "p": row["p_worse"]})
    found.extend({"code": "recall_drop"} | drop for drop in row["recall_drops"])
    return found


def _difference_bounds(new: NDArray[np.int64], old: NDArray[np.int64], gate: Gate) -> tuple[float, float]:
    """One-sided bounds, each at `level`, of the difference of micro F1 (for a choice: of accuracy)."""
    # Documents that came out alike are drawn together: the same distribution at the cost of the distinct rows alone.
    distinct, numbers = np.unique(np.hstack([new, old]), axis=0, return_counts=True)
    random = np.random.default_rng(gate.seed)
    draws = random.multinomial(len(new), numbers / len(new), size=gate.rounds)
    differences = _f1(draws @ distinct[:, :3]) - _f1(draws @ distinct[:, 3:])
    low, high = np.quantile(differences, [1 - gate.level, gate.level])
    return float(low), float(high)


def _f1(totals: NDArray[np.int64]) -> NDArray[np.float64]:
    """From [..., 3]: found, too many, missed. Nothing to find and nothing found is a full match."""
    found, extra, missed = (totals[..., place].astype(float) for place in range(3))
    below = 2 * found + extra + missed
    return np.where(below > 0, 2 * found / np.where(below > 0, below, 1), 1.0)


def _is_right(rows: NDArray[np.int64]) -> NDArray[np.bool_]:
    return np.asarray(rows[:, 1] + rows[:, 2] == 0)


def p_worse(won: int, lost: int) -> float:
    """Exact one-sided McNemar: chance of at least `lost` of the changed documents being lost, were both equal."""
    changed = won + lost
    return float(sum(comb(changed, count) for count in range(lost, changed + 1)) / 2**changed)


def _recall_drops(
    kind: str, gold: Sequence[object], candidate: Sequence[object], production: Sequence[object], gate: Gate
) -> list[dict[str, Any]]:  # Any: JSON
    before, after = score(kind, gold, production)["labels"], score(kind, gold, candidate)["labels"]
    held = sum(row["support"] > 0 for row in before.values())
    changed = _changed_items(kind, gold, candidate, production)
    drops = []
    for label, row in before.items():
        recall = after.get(label, {"recall": 0.0})["recall"]
        won, lost = changed[label]
        is_sure = row["support"] >= gate.recall_support or p_worse(won, lost) * held < 1 - gate.level
        if is_sure and row["recall"] - recall > gate.recall_drop:
            drops.append({"label": label, "before": row["recall"], "after": recall, "support": row["support"]})
    return drops


def _changed_items(
    kind: str, gold: Sequence[object], candidate: Sequence[object], production: Sequence[object]
) -> defaultdict[str, tuple[int, int]]:
    """By label: how many of gold's items only the candidate finds, and how many only production does."""
    found = defaultdict[str, tuple[int, int]](lambda: (0, 0))
    for wanted, new, old in zip(gold, candidate, production, strict=True):
        one, other = items(kind, new), items(kind, old)
        for item in items(kind, wanted):
            won, lost = found[str(item[-1])]
            found[str(item[-1])] = won + (item in one - other), lost + (item in other - one)
    return found

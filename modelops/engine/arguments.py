"""Every knob of a training run in one validated object; it is saved with the checkpoint."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any, Literal, get_args

ClassWeights = Literal["none", "sqrt", "balanced"]

_POSITIVE = (
    "batch_size",
    "lora_rank",
    "lora_alpha",
    "max_length",
    "max_windows",
    "threads",
    "token_budget",
    "processes",
)
_POSITIVE_FLOATS = ("head_learning_rate", "resume_seconds", "clip_norm")
_SHARES = ("lora_dropout", "warmup_share", "calibration_share", "label_smoothing", "blanked_share")


@dataclass(frozen=True)
class TrainingArguments:
    """Arguments of `fit`. Raises ValueError, naming the field, for a value that cannot work.

    seed: one seed gives one result on one machine and thread count.
    epochs: None lets `epochs_for` choose by the number of examples.
    batch_size: examples a step. token_budget: a step is cut into pieces of at most this many tokens (memory).
    learning_rate: of the adapter; None takes 1e-3, or 5e-4 when a span head is present (2e-3 does not learn spans).
    head_learning_rate: of the heads, whose inputs are standardized.
    warm_start: heads start from a linear fit on the frozen encoder's states.
    adapter_share: how much of what the adapter changed is kept at the end, before the heads are fitted on its states;
    None takes 0.6, or 1.0 when a span head is present (see `closing.py`).
    max_length: tokens a window, prefix and markers included; longer texts are cut into windows that share
    `window_overlap` tokens. max_windows: windows of one text used in one epoch.
    class_weights: loss weight of a label by its count: none, 1/sqrt(count) or 1/count, kept within 1/4 and 4; not
    for spans.
    bf16: None takes bfloat16 where it is faster (see `prefers_bfloat16`).
    calibration_share: share of the examples kept out of training to fit the heads' temperatures; 0 turns it off.
    resume_seconds: time between two saved states.
    blanked_share: share of the tokens that each step hides (augmentation); 0 turns it off.
    ensemble: so many networks from different seeds, averaged into one where that is better on the held-out examples.
    privacy_epsilon: None learns as usual; a number trains the heads alone, with that differential privacy a document.
    privacy_delta: None takes 1 / n^1.1 of n documents.
    privacy_adapter: the adapter learns as well as the heads, within the same budget.
    processes: so many processes share every step; see `peers.py`.
    """

    seed: int = 17
    epochs: int | None = None
    batch_size: int = 16
    token_budget: int = 8192
    learning_rate: float | None = None
    head_learning_rate: float = 2e-3
    weight_decay: float = 0.01
    warmup_share: float = 0.06
    clip_norm: float = 1.0
    label_smoothing: float = 0.0
    warm_start: bool = True
    lora_rank: int = 16
    lora_alpha: int = 32
    lora_dropout: float = 0.0
    lora_targets: tuple[str, ...] = ("query", "key", "value", "dense")
    adapter_share: float | None = None
    max_length: int = 256
    window_overlap: int = 48
    max_windows: int = 8
    class_weights: ClassWeights = "sqrt"
    bf16: bool | None = None
    threads: int = 1
    calibration_share: float = 0.1
    resume_seconds: float = 60.0
    blanked_share: float = 0.0
    ensemble: int = 1
    privacy_epsilon: float | None = None
    privacy_delta: float | None = None
    privacy_adapter: bool = False
    processes: int = 1

    def __post_init__(self) -> None:
        for name in _POSITIVE:
            _require(_is_int(getattr(self, name)) and getattr(self, name) >= 1, name, "a whole number of at least 1")
        for name in _POSITIVE_FLOATS:
            _require(_is_number(getattr(self, name)) and getattr(self, name) > 0, name, "a number above 0")
        for name in _SHARES:
            _require(_is_number(getattr(self, name)) and 0 <= getattr(self, name) < 1, name, "from 0 to below 1")
        _require(_is_int(self.seed) and 0 <= self.seed < 2**31, "seed", "a whole number from 0 to 2147483647")
        _require(self.epochs is None or (_is_int(self.epochs) and self.epochs >= 1), "epochs", "None or at least 1")
        rate = self.learning_rate
        _require(rate is None or (_is_number(rate) and rate > 0), "learning_rate", "None or a number above 0")
        _require(_is_number(self.weight_decay) and self.weight_decay >= 0, "weight_decay", "0 or more")
        _require(16 <= self.max_length <= 512, "max_length", "from 16 to 512 tokens")
        overlap_fits = _is_int(self.window_overlap) and 0 <= self.window_overlap <= self.max_length // 2
        _require(overlap_fits, "window_overlap", "from 0 to half of max_length")
        targets = self.lora_targets
        _require(bool(targets) and all(isinstance(t, str) and t for t in targets), "lora_targets", "names of layers")
        _require(self.class_weights in get_args(ClassWeights), "class_weights", "none, sqrt or balanced")
        _require(self.bf16 in (None, True, False), "bf16", "None, true or false")
        _require(isinstance(self.warm_start, bool), "warm_start", "true or false")
        share = self.adapter_share
        _require(share is None or (_is_number(share) and 0 < share <= 1), "adapter_share", "None or above 0, at most 1")
        self._check_options()

    def _check_options(self) -> None:
        _require(_is_int(self.ensemble) and 1 <= self.ensemble <= 8, "ensemble", "a whole number from 1 to 8")
        epsilon, delta = self.privacy_epsilon, self.privacy_delta
        _require(epsilon is None or (_is_number(epsilon) and 0.1 <= epsilon <= 100), "privacy_epsilon", "0.1 to 100")
        _require(delta is None or (_is_number(delta) and 0 < delta < 0.01), "privacy_delta", "above 0, below 0.01")
        alone = epsilon is None or (self.ensemble == 1 and self.processes == 1)
        _require(
            alone, "privacy_epsilon", "without an ensemble or several processes: each of them would spend it again"
        )
        adapter = self.privacy_adapter
        _require(isinstance(adapter, bool), "privacy_adapter", "true or false")
        _require(not adapter or epsilon is not None, "privacy_adapter", "false without privacy_epsilon, its budget")
        plain = not adapter or (self.blanked_share == 0 and self.lora_dropout == 0)
        _require(plain, "privacy_adapter", "false with blanked_share or lora_dropout: the noise does their work")

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> "TrainingArguments":  # Any: decoded JSON
        """Build from decoded JSON; raises ValueError for an unknown name or a bad value."""
        known = {field.name for field in fields(cls)}
        unknown = sorted(set(values) - known)
        if unknown:
            raise ValueError(f"Unknown training arguments: {', '.join(unknown)}.")
        given = dict(values)
        if isinstance(given.get("lora_targets"), list):
            given["lora_targets"] = tuple(given["lora_targets"])
        return cls(**given)

    def as_dict(self) -> dict[str, Any]:  # Any: goes to JSON
        return asdict(self) | {"lora_targets": list(self.lora_targets)}


def epochs_for(example_count: int) -> int:
    """Epochs when none are asked for: about 5,000 examples seen in all, never fewer than 2 epochs or more than 10.

    Heads that start from a linear fit need few: 77 classes from 1,200 texts end at 4 epochs with a loss near 0.
    """
    return max(2, min(10, round(5_000 / max(1, example_count))))


def _is_int(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and value == value


def _require(holds: object, name: str, expected: str) -> None:
    if not holds:
        raise ValueError(f"Training argument {name} must be {expected}.")

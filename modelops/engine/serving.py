"""Answers of one checkpoint for many texts, from one forward of the merged encoder."""

from collections.abc import Iterator, Sequence
from copy import copy
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from peft import PeftModel, set_peft_model_state_dict
from torch import nn
from transformers import BertModel

from modelops.engine.bio import begin_doubts_of, layout_of, spans_of, whole_confidence
from modelops.engine.checkpoints import (
    ADAPTER,
    Checkpoint,
    CheckpointError,
    head_tensors,
    read_checkpoint,
    read_tensors,
)
from modelops.engine.encoders import EncoderFolder
from modelops.engine.examples import HeadSpec, Predicted
from modelops.engine.network import device_for, load_encoder, with_adapter
from modelops.engine.states import Deepest, Floats, StateBatch, StateReader, to_serving_type
from modelops.engine.tokens import TextTokenizer, TokenizedText, Window

Parts = Sequence[tuple[int, int]]

_TOP = 10


@dataclass(frozen=True)
class Scores:
    """Raw outputs for one text: its tokens, mean state [hidden], and log-probabilities [tokens, ...] a span head."""

    tokens: TokenizedText
    mean: Floats
    spans: dict[str, Floats]


class Predictor:
    """A loaded checkpoint. Make it with `load`; one predictor serves one thread at a time.

    `text_heads`: (head, weight [labels, hidden], bias [labels]) of each choice and choices head, temperature included.
    `reader` reads with the weights as they were learned, whatever numbers the answers are calculated in.
    """

    def __init__(
        self,
        checkpoint: Checkpoint,
        reader: StateReader,
        weights: Sequence[tuple[torch.Tensor, torch.Tensor]],
    ) -> None:
        self.checkpoint = checkpoint
        self.reader = self._answering = reader
        self.text_heads: list[tuple[HeadSpec, Floats, Floats]] = [
            (head, (weight / temperature).numpy(), (bias / temperature).numpy())
            for head, (weight, bias), temperature in self._zipped(weights)
            if head.kind != "span"
        ]
        self._span_heads = [
            (head, (weight / temperature).to(reader.device), (bias / temperature).to(reader.device))
            for head, (weight, bias), temperature in self._zipped(weights)
            if head.kind == "span"
        ]

    def _zipped(
        self, weights: Sequence[tuple[torch.Tensor, torch.Tensor]]
    ) -> Iterator[tuple[HeadSpec, tuple[torch.Tensor, torch.Tensor], float]]:
        return zip(self.checkpoint.heads, weights, self.checkpoint.temperatures, strict=True)

    @classmethod
    def load(cls, checkpoint: Path, encoder: Path, device: str | None = None, threads: int = 1) -> "Predictor":
        """Read a checkpoint folder and merge its adapter into the encoder of `encoder` (a prepared folder).

        Weights become bfloat16 where the hardware computes in it. Raises CheckpointError (a ValueError) for a broken
        checkpoint or one made with another encoder.
        """
        described = read_checkpoint(checkpoint)
        folder = EncoderFolder.read(encoder)
        if (folder.name, folder.version) != (described.encoder, described.encoder_version):
            raise CheckpointError(
                f"The checkpoint {checkpoint.name} was trained on {described.encoder} ({described.encoder_version}), "
                f"not on {folder.name} ({folder.version})."
            )
        place = device_for(device)
        with torch.random.fork_rng():
            adapted = with_adapter(load_encoder(folder), described.arguments)
        _fill_adapter(adapted, described)
        merged: BertModel = adapted.merge_and_unload()
        heads = head_tensors(described, merged.config.hidden_size)
        to_serving_type(merged, place)
        arguments = described.arguments
        reader = StateReader(
            merged.train(False),
            TextTokenizer(folder),
            max_length=arguments.max_length,
            overlap=arguments.window_overlap,
            threads=threads,
        )
        return cls(described, reader, heads)

    def in_int8(self) -> "Predictor":
        """One that answers in int8 (see `prefers_int8`), beside this one; most of the memory is shared."""
        rounded = copy(self)
        rounded._answering = self.reader.in_int8()
        return rounded

    @property
    def is_int8(self) -> bool:
        return self._answering is not self.reader

    def predict(
        self,
        texts: Sequence[str],
        parts: Sequence[Parts] | None = None,
        roles: Sequence[Sequence[str]] | None = None,
    ) -> list[Predicted]:
        """One whole answer a text, in the order given. `parts` (and their `roles`) are those of each text."""
        own_parts: Sequence[Parts] = parts if parts is not None else [()] * len(texts)
        own_roles: Sequence[Sequence[str]] = roles if roles is not None else [()] * len(texts)
        scored = self._score(texts)
        return [self._answer(*one) for one in zip(scored, own_parts, own_roles, strict=True)]

    def embed(self, texts: Sequence[str]) -> Floats:
        """Mean token states of the adapted encoder, [texts, hidden], float32."""
        if not texts:
            return np.zeros((0, self.reader.hidden), dtype=np.float32)
        return np.stack([scores.mean for scores in self._score(texts)])

    def _answer(self, scores: Scores, parts: Parts, roles: Sequence[str]) -> Predicted:
        answer: dict[str, object] = {}
        confidence: dict[str, object] = {}
        whole: dict[str, float] = {}
        begins: dict[str, list[float]] = {}
        for head, weight, bias in self.text_heads:
            logits = weight @ scores.mean + bias
            decide = _choice if head.kind == "choice" else _choices
            answer[head.name], confidence[head.name], whole[head.name] = decide(logits, head)
        for head, _, _ in self._span_heads:
            layout = layout_of(scores.tokens.places, parts, roles, head)
            found = spans_of(scores.spans[head.name], layout, head)
            answer[head.name] = [span.as_wire() for span, _ in found]
            confidence[head.name] = [sure for _, sure in found]
            whole[head.name] = whole_confidence(scores.spans[head.name], layout)
            begins[head.name] = begin_doubts_of(scores.spans[head.name], layout)
        return Predicted(answer, confidence, whole, begins)

    def _score(self, texts: Sequence[str]) -> list[Scores]:
        tokenized = self.reader.tokenize(texts)
        gathered = [_Gathering(len(tokens.ids), self._span_heads) for tokens in tokenized]
        self._answering.read(tokenized, lambda batch: self._gather(batch, gathered))
        return [
            Scores(tokens, (gathering.total / max(1, gathering.weight)).astype(np.float32), gathering.spans)
            for tokens, gathering in zip(tokenized, gathered, strict=True)
        ]

    def _gather(self, batch: StateBatch, gathered: "Sequence[_Gathering]") -> None:
        first, sums, counts = self.reader.first_content, batch.sums, batch.counts
        outputs = [
            (head.name, _log_softmax(batch.states @ weight.T + bias, head)) for head, weight, bias in self._span_heads
        ]
        for row, window in enumerate(batch.windows):
            gathering = gathered[window.owner]
            gathering.total = gathering.total + sums[row]
            gathering.weight += counts[row]
            content = {name: output[row, first : first + len(window)] for name, output in outputs}
            gathering.take(window, content)


class _Gathering:
    """The windows of one text: the sum of its states, and the tags of its tokens."""

    def __init__(self, token_count: int, heads: Sequence[tuple[HeadSpec, torch.Tensor, torch.Tensor]]) -> None:
        self.total: Floats = np.zeros((), dtype=np.float32)
        self.weight = 0
        self.spans: dict[str, Floats] = {
            head.name: np.zeros((token_count, len(head.labels), 3) if head.overlap else (token_count, head.width), "f4")
            for head, _, _ in heads
        }
        self._deepest = Deepest(token_count)

    def take(self, window: Window, content: dict[str, Floats]) -> None:
        deeper = self._deepest.take(window)
        for name, scores in content.items():
            self.spans[name][window.first : window.last][deeper] = scores[deeper]


def _fill_adapter(adapted: PeftModel, checkpoint: Checkpoint) -> None:
    tensors = read_tensors(checkpoint.folder, ADAPTER)
    missing, unexpected = set_peft_model_state_dict(adapted, tensors)  # type: ignore[attr-defined]
    if unexpected or any("lora_" in key for key in missing):
        raise CheckpointError(f"The adapter of {checkpoint.folder.name} does not fit its encoder and arguments.")


def _log_softmax(logits: torch.Tensor, head: HeadSpec) -> Floats:
    if head.overlap:
        logits = logits.reshape(*logits.shape[:-1], len(head.labels), 3)
    result: Floats = nn.functional.log_softmax(logits, dim=-1).cpu().numpy()
    return result


def _choice(logits: Floats, head: HeadSpec) -> tuple[object, object, float]:
    shifted = np.exp(logits - logits.max())
    probabilities = shifted / shifted.sum()
    surest = np.argsort(-probabilities, kind="stable")[:_TOP]
    confidence = {head.labels[number]: round(float(probabilities[number]), 6) for number in surest}
    return head.labels[surest[0]], confidence, float(probabilities[surest[0]])


def _choices(logits: Floats, head: HeadSpec) -> tuple[object, object, float]:
    probabilities = 1.0 / (1.0 + np.exp(-logits))
    chosen = [label for label, probability in zip(head.labels, probabilities, strict=True) if probability >= 0.5]
    confidence = {
        label: round(float(probability), 6) for label, probability in zip(head.labels, probabilities, strict=True)
    }
    return chosen, confidence, float(np.prod(np.maximum(probabilities, 1.0 - probabilities)))

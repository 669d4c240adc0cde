"""Texts to tokens and windows, with code point offsets that survive prefixes, leading spaces and long texts."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from tokenizers import Tokenizer
from transformers import BertConfig

from modelops.engine.encoders import EncoderFolder

_WORD_START = "\u2581"


@dataclass(frozen=True)
class TokenizedText:
    """Content tokens of one text, without prefix and markers.

    `places` are (start, end) in code points, surrounding white space cut off; (0, 0) for a token that shows nothing.
    """

    ids: list[int]
    places: list[tuple[int, int]]


@dataclass(frozen=True)
class Window:
    """Tokens `first` to `last` (excluded) of the text number `owner`."""

    owner: int
    first: int
    last: int

    def __len__(self) -> int:
        return self.last - self.first


class TextTokenizer:
    """The tokenizer of one prepared encoder. The prefix is added as ids, so that it shifts no offset."""

    def __init__(self, encoder: EncoderFolder) -> None:
        self._tokenizer = Tokenizer.from_file(str(encoder.path / "tokenizer.json"))
        self._tokenizer.no_truncation()
        self._tokenizer.no_padding()
        begin, end = self._tokenizer.encode("").ids
        prefix = self._tokenizer.encode(encoder.prefix.strip(), add_special_tokens=False).ids if encoder.prefix else []
        self.opening: list[int] = [begin, *prefix]
        self.closing: list[int] = [end]
        blanks = (self._tokenizer.token_to_id(token) for token in ("[MASK]", "<mask>", "[UNK]", "<unk>"))
        self.blank_id: int = next((number for number in blanks if number is not None), begin)
        self.padding_id: int = BertConfig.from_pretrained(encoder.path).pad_token_id or 0

    @property
    def frame(self) -> int:
        """Tokens that every window carries besides its content."""
        return len(self.opening) + len(self.closing)

    def tokenize(self, text: str) -> TokenizedText:
        encoding = self._tokenizer.encode(text, add_special_tokens=False)
        places = [
            (0, 0) if token == _WORD_START else _trimmed(text, start, end)
            for token, (start, end) in zip(encoding.tokens, encoding.offsets, strict=True)
        ]
        return TokenizedText(encoding.ids, places)

    def collate(self, texts: Sequence[TokenizedText], windows: Sequence[Window]) -> tuple[torch.Tensor, torch.Tensor]:
        """Ids and attention mask of shape [windows, longest window + frame]."""
        length = max(len(window) for window in windows) + self.frame
        ids = torch.full((len(windows), length), self.padding_id, dtype=torch.long)
        mask = torch.zeros((len(windows), length), dtype=torch.long)
        for row, window in enumerate(windows):
            content = texts[window.owner].ids[window.first : window.last]
            line = self.opening + content + self.closing
            ids[row, : len(line)] = torch.tensor(line)
            mask[row, : len(line)] = 1
        return ids, mask


def windows_of(owner: int, token_count: int, room: int, overlap: int) -> list[Window]:
    """Cut `token_count` tokens into windows of at most `room`, neighbors sharing `overlap` tokens."""
    if token_count <= room:
        return [Window(owner, 0, token_count)]
    step = max(1, room - overlap)
    starts = list(range(0, token_count - overlap, step))
    return [Window(owner, min(start, token_count - room), min(start + room, token_count)) for start in starts]


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return (start, end) if start < end else (0, 0)

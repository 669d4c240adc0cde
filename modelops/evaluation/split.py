"""Which documents test: the text alone decides, so test documents never train."""

import hashlib

TEST_SHARE = 0.2


def is_test(salt: str, text_key: str) -> bool:
    """Whether texts with this key belong to the test split; the same for ever within a project."""
    digest = hashlib.sha256(f"{salt}:{text_key}".encode()).digest()
    return int.from_bytes(digest[:8], "big") < TEST_SHARE * 2**64

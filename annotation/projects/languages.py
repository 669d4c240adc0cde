"""The encoders a project may name, and the languages its texts may be in."""

import re

from django.utils.translation import gettext_lazy as _

# Name and how it is offered. What they are made of is the engine's matter; a test holds the two lists together.
ENCODERS = (
    ("multilingual-e5-small", _("multilingual-e5-small: English, Chinese and about 100 languages")),
    ("all-minilm-l6-v2", _("all-minilm-l6-v2: English only, smaller and faster")),
)
# A language tag (RFC 5646) of a language and what may follow it, such as zh or zh-Hans.
_TAG = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")


def is_encoder(name: object) -> bool:
    return name in dict(ENCODERS)


def is_language(tag: object) -> bool:
    """Whether it is a language tag; an empty one stands for mixed languages."""
    return tag == "" or (isinstance(tag, str) and _TAG.fullmatch(tag) is not None)

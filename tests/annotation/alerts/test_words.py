"""A chance is told in words that people understand, in both languages."""

import pytest
from django.utils.translation import override

from annotation.alerts.models import Alert, AlertKind
from annotation.alerts.words import in_words

NAMED = {"name": "billing", "titles": {"en": "Billing", "zh-hans": "账单"}}


@pytest.mark.parametrize(
    ("chance", "english", "chinese"),
    [
        (3e-10, "less than once in a billion", "不到十亿分之一"),
        (0.0, "less than once in a billion", "不到十亿分之一"),
        (2.8e-6, "once in 360,000", "360,000 次中有一次"),
        (0.0123, "once in 81", "81 次中有一次"),
    ],
)
def test_a_chance_has_two_digits_and_beyond_a_billion_none(chance: float, english: str, chinese: str) -> None:
    counts = {"window": 60, "negatives": 18, "texts": 20, "share": 0.9, "usual": 0.21, "before": 640}
    alert = Alert(kind=AlertKind.SURGE, figures={"topic": NAMED, **counts, "chance": chance, "limit": 2.8e-6})

    told = {}
    for language in ("en", "zh-hans"):
        with override(language):
            told[language] = in_words(alert)

    assert (told["en"].facts[-2][1], told["zh-hans"].facts[-2][1]) == (english, chinese)
    assert told["en"].words == "18 of 20 texts of the last hour are negative (90.0 %); usual is 21.0 %."
    assert "最近 1 小时" in told["zh-hans"].words

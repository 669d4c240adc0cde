"""Recognizers of what looks the same everywhere: dates, times, e-mail, phone numbers, addresses, money, order numbers.

Each is a function from a text to stretches (start, end) in code points, in text order, for English and Chinese. They
answer before anybody has labeled anything, so they would rather miss than guess. Pure.
"""

import re
from collections.abc import Callable, Iterator

Stretch = tuple[int, int]
Recognizer = Callable[[str], list[Stretch]]

# Between a digit and a Chinese character there is no word boundary (\b): both are letters to it.
_BEFORE, _AFTER = r"(?<![A-Za-z0-9])", r"(?![A-Za-z0-9])"
_MONTH = r"(?:Jan|Feb|Mar|Apr|May|June?|July?|Aug|Sept?|Oct|Nov|Dec)[a-z]{0,6}\.?"
_DAY = r"(?:[12]\d|3[01]|0?[1-9])"
_NUMBER = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?"
_HOUR = r"(?:2[0-3]|1\d|0?\d)"


def _pattern(*choices: str, flags: int = 0) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{choice})" for choice in choices), flags)


_DATE = _pattern(
    rf"{_BEFORE}(?:19|20)\d\d(?P<s>[-/.])(?:1[0-2]|0?[1-9])(?P=s){_DAY}{_AFTER}",
    rf"{_BEFORE}{_DAY}(?P<t>[-/.])(?:1[0-2]|0?[1-9])(?P=t)(?:19|20)\d\d{_AFTER}",
    rf"{_BEFORE}(?:1[0-2]|0?[1-9])/{_DAY}/(?:19|20)\d\d{_AFTER}",
    rf"{_BEFORE}{_MONTH} {_DAY}(?:st|nd|rd|th)?(?:,? (?:19|20)\d\d)?{_AFTER}",
    rf"{_BEFORE}{_DAY}(?:st|nd|rd|th)? (?:of )?{_MONTH}(?:,? (?:19|20)\d\d)?{_AFTER}",
    r"(?<!\d)(?:19|20)\d\d ?年(?: ?(?:1[0-2]|0?[1-9]) ?月(?: ?(?:[12]\d|3[01]|0?[1-9]) ?[日号])?)?",
    r"(?<!\d)(?:1[0-2]|0?[1-9]) ?月 ?(?:[12]\d|3[01]|0?[1-9]) ?[日号]",
    r"[一二三四五六七八九十]{1,2}月[一二三四五六七八九十]{1,3}[日号]",
)
_TIME = _pattern(
    rf"{_BEFORE}{_HOUR}:[0-5]\d(?::[0-5]\d)?(?: ?[AaPp]\.?[Mm]\b\.?)?{_AFTER}",
    rf"{_BEFORE}(?:1[0-2]|[1-9]) ?[AaPp]\.?[Mm]\b\.?",
    rf"(?:凌晨|早上|上午|中午|下午|傍晚|晚上)(?:{_HOUR}|[一二两三四五六七八九十]{{1,3}})[点时](?:半|[0-5]?\d分?)?",
    rf"(?<!\d){_HOUR}[点时][0-5]?\d分",
)
_EMAIL = _pattern(rf"{_BEFORE}[A-Za-z0-9][A-Za-z0-9._%+-]*@(?:[A-Za-z0-9-]+\.)+[A-Za-z]{{2,}}{_AFTER}")
_URL = _pattern(rf"(?:https?://|{_BEFORE}www\.)[A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=%]+")
_PHONE = _pattern(
    rf"{_BEFORE}(?:\+?86[- ]?)?1[3-9]\d(?:[- ]?\d{{4}}){{2}}{_AFTER}",
    rf"{_BEFORE}0\d{{2,3}}-\d{{7,8}}{_AFTER}",
    rf"{_BEFORE}400-?\d{{3}}-?\d{{4}}{_AFTER}",
    r"\+\d{1,3}(?:[ .-]?\(?\d{1,5}\)?){2,5}(?!\d)",
    r"(?<!\w)\(\d{3}\) ?\d{3}[-.]\d{4}(?!\d)",
    rf"{_BEFORE}\d{{3}}[-.]\d{{3}}[-.]\d{{4}}{_AFTER}",
)
_MONEY = _pattern(
    rf"(?:US|HK|NT|C|A)?[$€£¥￥] ?(?:{_NUMBER})(?: ?(?:k|m|bn|million|billion|万|亿)(?![A-Za-z]))?",
    rf"{_BEFORE}(?:USD|EUR|GBP|CNY|RMB|HKD|JPY) ?(?:{_NUMBER}){_AFTER}",
    rf"{_BEFORE}(?:{_NUMBER}) ?(?:[mb]illion )?(?:USD|EUR|GBP|CNY|RMB|HKD|dollars?|euros?|pounds?|yuan){_AFTER}",
    rf"(?<![\d.])(?:{_NUMBER}) ?[多余几]?[十百千万亿]*(?:元|块钱|块(?=[^\w]|$)|人民币|美元|欧元|港元|日元|英镑)",
)
_ORDER = _pattern(
    rf"{_BEFORE}#\d{{4,20}}{_AFTER}",
    rf"{_BEFORE}[A-Z]{{1,5}}[-_]?\d{{4,20}}(?:-\d{{1,8}})*{_AFTER}",
    rf"{_BEFORE}\d{{3}}-\d{{7}}-\d{{7}}{_AFTER}",
    r"(?<=(?:订单|单号|编号)[:： #])[A-Za-z0-9-]*\d[A-Za-z0-9-]{3,}",
    r"(?<=订单号)[A-Za-z0-9-]*\d[A-Za-z0-9-]{3,}",
    r"(?<=(?i:order) )#?[A-Z0-9-]*\d[A-Z0-9-]{3,}",
)
# What ends a sentence ends an address, too; a bracket is part of it only where it was opened in it.
_URL_TAIL = ".,;:!?'"


def _matches(pattern: re.Pattern[str]) -> Recognizer:
    return lambda text: [match.span() for match in pattern.finditer(text)]


def _urls(text: str) -> list[Stretch]:
    found = []
    for start, end in _matches(_URL)(text):
        stop = end
        while text[stop - 1] in _URL_TAIL or (text[stop - 1] in ")]" and not _is_opened(text[start:stop])):
            stop -= 1
        found.append((start, stop))
    return found


def _is_opened(address: str) -> bool:
    opening = {")": "(", "]": "["}[address[-1]]
    return address.count(opening) >= address.count(address[-1])


def _phones(text: str) -> list[Stretch]:
    """With 7 to 15 digits, as ITU-T E.164 has it."""
    return [(start, end) for start, end in _matches(_PHONE)(text) if 7 <= sum(map(str.isdigit, text[start:end])) <= 15]


def _without(recognizer: Recognizer, *others: Recognizer) -> Recognizer:
    """What the others claim is theirs: a phone number is no order."""

    def found(text: str) -> list[Stretch]:
        taken = [stretch for other in others for stretch in other(text)]
        return [(start, end) for start, end in recognizer(text) if not any(a < end and start < b for a, b in taken)]

    return found


RECOGNIZERS: dict[str, Recognizer] = {
    "date": _matches(_DATE),
    "time": _matches(_TIME),
    "email": _matches(_EMAIL),
    "phone": _without(_phones, _matches(_DATE)),
    "url": _urls,
    "money": _matches(_MONEY),
    "order_id": _without(_matches(_ORDER), _phones, _matches(_DATE), _matches(_EMAIL), _urls),
}


def sentences(text: str, most: int) -> Iterator[Stretch]:
    """Stretches of at most `most` characters that end where sentences or lines do, as far as there are any."""
    start = 0
    while start < len(text):
        end = min(len(text), start + most)
        if end < len(text):
            breaks = [text.rfind(mark, start, end) for mark in "\n。！？!?"]
            end = max(breaks) + 1 if max(breaks) > start else end
        yield start, end
        start = end

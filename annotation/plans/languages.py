"""Which language a text is in: what its document or project says, or else its letters and small words. Pure.

Letters tell Chinese, Japanese, Korean, Russian, Greek, Arabic, Hebrew, Thai and Hindi. Among the languages in Latin
letters the most frequent small words decide; where they do not, the language is unknown and no rule keeps the
document from anybody. Ukrainian or Persian texts that do not say so are taken for Russian and Arabic.
"""

import re
from collections import Counter
from collections.abc import Mapping
from typing import Any

# So much of a text is looked at.
LOOKED_AT = 600
UNKNOWN = ""
# A script counts from this share of a text's letters on: code and names in Latin letters stand in texts of all kinds.
SCRIPT_SHARE = 0.2
FEWEST_WORDS = 2

_SAID = re.compile(r"[a-z]{2,3}(?=$|[-_])")
_WORD = re.compile(r"[^\W\d_]+")
# Kana before Han: a Japanese text has both.
_SCRIPTS = (
    ("ja", re.compile("[\u3040-\u30ff]")),
    ("ko", re.compile("[\uac00-\ud7af\u1100-\u11ff]")),
    ("zh", re.compile("[\u3400-\u9fff\U00020000-\U0003ffff]")),
    ("ru", re.compile("[\u0400-\u04ff]")),
    ("el", re.compile("[\u0370-\u03ff]")),
    ("ar", re.compile("[\u0600-\u06ff]")),
    ("he", re.compile("[\u0590-\u05ff]")),
    ("th", re.compile("[\u0e00-\u0e7f]")),
    ("hi", re.compile("[\u0900-\u097f]")),
)
_SMALL_WORDS = {
    "en": "the of and to is in that it for you was with on not this are have be at my your from what can will",
    "de": "der die und das ist nicht ein eine ich zu den mit auf für sich dem von werden haben wir sie auch",
    "fr": "le la les et des est une dans que pour qui pas sur au avec je vous nous ce sont cette mais",
    "es": "el los las y que es una por con para no del se lo como más pero su está mi usted",
    "it": "il di che è un per non sono con gli della le una ho mi questo anche come più nel",
    "pt": "o os que não uma com para do da em é um se por mais mas ao você foi meu está",
    "nl": "de het een en van is niet ik dat op te met voor zijn er maar je ook aan wij",
}
_LANGUAGES_OF: dict[str, list[str]] = {}
for _language, _words in _SMALL_WORDS.items():
    for _one in _words.split():
        _LANGUAGES_OF.setdefault(_one, []).append(_language)


def language_code(said: object) -> str:
    """The language of a tag such as "zh-Hans" or "EN"; unknown for anything else."""
    found = _SAID.match(said.strip().lower()) if isinstance(said, str) else None
    return found.group() if found else UNKNOWN


def language_of(meta: Mapping[str, Any], start: str, project_language: str = "") -> str:  # Any: JSON
    """`start`: the first LOOKED_AT characters of the text."""
    return language_code(meta.get("language") or meta.get("lang")) or project_language or detected(start)


def detected(start: str) -> str:
    letters = sum(map(str.isalpha, start))
    for language, script in _SCRIPTS:
        if letters and len(script.findall(start)) >= SCRIPT_SHARE * letters:
            return language
    votes = Counter(language for word in _WORD.findall(start.lower()) for language in _LANGUAGES_OF.get(word, ()))
    best = votes.most_common(2)
    if not best or best[0][1] < FEWEST_WORDS or (len(best) == 2 and best[0][1] == best[1][1]):
        return UNKNOWN
    return best[0][0]

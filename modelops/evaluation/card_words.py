"""A model card as Markdown, in the reader's language."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.translation import gettext as _

from modelops.evaluation.card import Card
from modelops.evaluation.fact_words import by_words, value_words
from modelops.evaluation.options import option_words
from modelops.evaluation.words import Titles, figure_words, reason_words, verdict_words


def intended_use(card: Card) -> list[str]:
    return [
        _("It proposes answers for the documents of the project “%(name)s”, and people check them.")
        % {"name": card["project"]},
        _("It is made for texts like those it learned from; on others its figures say nothing."),
        _("It is not made to decide about people without a person in between."),
    ]


def limit_words(limit: Mapping[str, Any], titles: Titles) -> str:  # Any: JSON
    """One sentence on one limit of `card.limits_of`."""
    name = titles.get(limit.get("label_set", ""), limit.get("label_set", ""))
    code = limit["code"]
    if code == "not_tested":
        return _("There were no test documents: nobody knows how good it is.")
    if code == "one_person":
        return _("%(documents)d of its %(of)d gold answers come from one person: it has that person's view.") % limit
    if code == "one_language":
        said = value_words("language", limit["language"])
        return _("It learned from texts of one language only: %(language)s.") % {"language": said}
    if code == "few_tested":
        return _("%(name)s: tested on %(count)d documents only, so its figures are rough.") % {
            "name": name,
            "count": limit["documents"],
        }
    if code == "worse_slice":
        where = f"{by_words(limit['by'])}: {value_words(limit['by'], limit['value'])}"
        return _("%(name)s: worse than elsewhere on “%(where)s” (%(figure).1f %%), by more than chance.") % {
            "name": name,
            "where": where,
            "figure": 100 * limit["figure"],
        }
    if code == "few_gold":
        labels = ", ".join(f"{label} ({count})" for label, count in limit["labels"].items())
        return _("%(name)s: few gold answers for %(labels)s.") % {"name": name, "labels": labels}
    labels = ", ".join(f"{label} ({100 * recall:.0f} %)" for label, recall in limit["labels"].items())
    return _("%(name)s: often overlooks %(labels)s.") % {"name": name, "labels": labels}


def learned_rows(card: Card) -> list[tuple[str, str]]:
    """What it learned from: (what, counts)."""
    learned = card["learned_from"]
    rows = [(_("Documents"), str(learned["documents"]))]
    for key, by in (("languages", "language"), ("lengths", "length"), ("sources", "source")):
        if learned.get(key):
            counts = ", ".join(f"{value_words(by, value)} {count}" for value, count in learned[key].items())
            rows.append((by_words(by), counts))
    if "people" in learned:
        rows.append((_("People"), _people(learned)))
    return rows


def _people(learned: Mapping[str, Any]) -> str:  # Any: JSON
    imported = _("%(count)d came from nobody (imported)") % {"count": learned.get("by_nobody", 0)}
    if not learned["people"]:
        return imported
    counts = {"count": len(learned["people"]), "counts": ", ".join(map(str, learned["people"]))}
    words = _("%(count)d people gave %(counts)s answers") % counts
    return f"{words}; {imported}" if learned.get("by_nobody") else words


def markdown_of(card: Card, titles: Titles) -> str:
    parts = (_limits, _learned, _figures, _end)
    return "\n".join([*_head(card), *(line for part in parts for line in part(card, titles))]) + "\n"


def _head(card: Card) -> Iterator[str]:
    title = _("Model card: %(project)s, version %(number)d")
    yield "# " + title % {"project": _plain(card["project"]), "number": card["version"]}
    yield ""
    yield _item(_("Made"), card["created_at"])
    yield _item(_("Encoder"), _plain(card["encoder"]))
    yield _item(_("Checkpoint"), f"`sha256:{card['sha256']}`")
    if card["snapshot"]:
        yield _item(_("Dataset snapshot"), f"`sha256:{card['snapshot'].get('sha256', '–')}`")
    yield from _heading(_("What it is for"))
    yield from (f"- {_plain(words)}" for words in intended_use(card))


def _limits(card: Card, titles: Titles) -> Iterator[str]:
    found = [limit_words(limit, titles) for limit in card["limits"]]
    yield from _heading(_("Limits"))
    yield from (f"- {_plain(words)}" for words in found or [_("Its figures show none beyond those above.")])


def _learned(card: Card, titles: Titles) -> Iterator[str]:
    yield from _heading(_("What it learned from"))
    yield from (_item(what, _plain(counts)) for what, counts in learned_rows(card))
    yield from _options(card)
    nothing = _("none")
    for name, counts in card["learned_from"].get("labels", {}).items():
        yield from _heading(_plain(titles.get(name, name)), 3)
        yield from _table(_("Label"), _("Gold"))
        yield from (_row(_plain(label or nothing), str(count)) for label, count in counts.items())


def _options(card: Card) -> Iterator[str]:
    words = option_words(card["options"])
    yield from ["", *(f"- {_plain(sentence)}" for sentence in words)] if words else []


def _figures(card: Card, titles: Titles) -> Iterator[str]:
    yield from _heading(_("On the test documents"))
    right = _("right")
    for name, row in card["label_sets"].items():
        what = right if row["kind"] == "choice" else "F1"
        title = _plain(titles.get(name, name))
        yield from _heading(f"{title}: {what} {_share(row)}, n = {row['documents']}", 3)
        yield from _table(_("Label"), _("Precision"), _("Recall"), "F1", _("In gold"))
        for label, it in row["labels"].items():
            shares = (f"{100 * it[key]:.1f} %" for key in ("precision", "recall", "f1"))
            yield _row(_plain(label), *shares, str(it["support"]))
        yield from _slices(row)


def _slices(row: Mapping[str, Any]) -> Iterator[str]:  # Any: JSON
    slices = [one for one in row.get("slices", ()) if one.get("figure") is not None]
    if not slices:
        return
    yield ""
    yield from _table(_("Slice"), _("Documents"), _("Figure"))
    worse = _("worse than the rest")
    for one in slices:
        where = f"{by_words(one['by'])}: {value_words(one['by'], one['value'])}"
        mark = f", {worse}" if one["is_worse"] else ""
        yield _row(_plain(where), str(one["documents"]), f"{_share(one)}{mark}")


def _end(card: Card, titles: Titles) -> Iterator[str]:
    yield from _heading(_("The gate"))
    said = [verdict_words(card["comparison"]), *figure_words(card["comparison"], titles)]
    yield from (f"- {_plain(words)}" for words in [*said, *reason_words(card["comparison"], titles)] if words)
    yield from _heading(_("Arguments"))
    yield from _table(_("Argument"), _("Value"))
    chosen = _("chosen by the site")
    for name, value in sorted(card["arguments"].items()):
        yield _row(f"`{name}`", chosen if value is None else _plain(str(value)))


def _heading(words: str, level: int = 2) -> list[str]:
    return ["", f"{'#' * level} {words}", ""]


def _item(what: str, value: str) -> str:
    return f"- {what}: {value}"


def _table(*titles: str) -> list[str]:
    """The head of a table; all columns but the first hold numbers."""
    return [_row(*titles), _row("---", *("---:" for _title in titles[1:]))]


def _row(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"


def _share(row: Mapping[str, Any]) -> str:  # Any: JSON
    if row.get("figure") is None:
        return "–"
    return f"{100 * row['figure']:.1f} % ({100 * row['low']:.1f}–{100 * row['high']:.1f} %)"


def _plain(words: str) -> str:
    """Names and labels are people's own words: none of them may end a table's cell or begin a heading."""
    for mark in "\\`*_[]<>#|":
        words = words.replace(mark, f"\\{mark}")
    return " ".join(words.split())

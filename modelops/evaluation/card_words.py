"""A model card as Markdown, in the reader's language."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.translation import gettext as _

from modelops.evaluation.card import Card
from modelops.evaluation.fact_words import by_words, value_words
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
    counts = ", ".join(map(str, learned["people"]))
    words = _("%(count)d people gave %(counts)s answers") % {"count": len(learned["people"]), "counts": counts or "0"}
    return f"{words}; {_('%(count)d came from nobody (imported)') % {'count': learned.get('by_nobody', 0)}}"


def markdown_of(card: Card, titles: Titles) -> str:
    return "\n".join([*_head(card), *_learned(card, titles), *_figures(card, titles), *_end(card, titles)]) + "\n"


def _head(card: Card) -> Iterator[str]:
    yield "# " + _("Model card: %(project)s, version %(number)d") % {
        "project": _plain(card["project"]),
        "number": card["version"],
    }
    yield ""
    yield f"- {_('Made')}: {card['created_at']}"
    yield f"- {_('Encoder')}: {_plain(card['encoder'])}"
    yield f"- {_('Checkpoint')}: `sha256:{card['sha256']}`"
    if card["snapshot"]:
        yield f"- {_('Dataset snapshot')}: `sha256:{card['snapshot'].get('sha256', '–')}`"
    yield from ["", f"## {_('What it is for')}", ""]
    yield from (f"- {_plain(words)}" for words in intended_use(card))
    yield from ["", f"## {_('Limits')}", ""]


def _learned(card: Card, titles: Titles) -> Iterator[str]:
    found = [limit_words(limit, titles) for limit in card["limits"]]
    yield from (f"- {_plain(words)}" for words in found or [_("Its figures show none beyond those above.")])
    yield from ["", f"## {_('What it learned from')}", ""]
    yield from (f"- {what}: {_plain(counts)}" for what, counts in learned_rows(card))
    for name, counts in card["learned_from"].get("labels", {}).items():
        yield from ["", f"### {_plain(titles.get(name, name))}", "", f"| {_('Label')} | {_('Gold')} |", "|---|---:|"]
        yield from (f"| {_plain(label or _('none'))} | {count} |" for label, count in counts.items())


def _figures(card: Card, titles: Titles) -> Iterator[str]:
    yield from ["", f"## {_('On the test documents')}", ""]
    for name, row in card["label_sets"].items():
        figure = row.get("figure")
        shown = "–" if figure is None else f"{100 * figure:.1f} % ({100 * row['low']:.1f}–{100 * row['high']:.1f} %)"
        what = _("right") if row["kind"] == "choice" else "F1"
        yield from [f"### {_plain(titles.get(name, name))}: {what} {shown}, n = {row['documents']}", ""]
        yield from [
            f"| {_('Label')} | {_('Precision')} | {_('Recall')} | F1 | {_('In gold')} |",
            "|---|---:|---:|---:|---:|",
        ]
        for label, it in row["labels"].items():
            shares = " | ".join(f"{100 * it[key]:.1f} %" for key in ("precision", "recall", "f1"))
            yield f"| {_plain(label)} | {shares} | {it['support']} |"
        yield from _slices(row)
        yield ""


def _slices(row: Mapping[str, Any]) -> Iterator[str]:  # Any: JSON
    slices = [one for one in row.get("slices", ()) if one.get("figure") is not None]
    if not slices:
        return
    yield from ["", f"| {_('Slice')} | {_('Documents')} | {_('Figure')} |", "|---|---:|---:|"]
    for one in slices:
        where = f"{by_words(one['by'])}: {value_words(one['by'], one['value'])}"
        interval = f"{100 * one['low']:.1f}–{100 * one['high']:.1f} %"
        mark = f" ({_('worse')})" if one["is_worse"] else ""
        yield f"| {_plain(where)} | {one['documents']} | {100 * one['figure']:.1f} % ({interval}){mark} |"


def _end(card: Card, titles: Titles) -> Iterator[str]:
    yield from [f"## {_('The gate')}", ""]
    said = [verdict_words(card["comparison"]), *figure_words(card["comparison"], titles)]
    yield from (f"- {_plain(words)}" for words in [*said, *reason_words(card["comparison"], titles)] if words)
    yield from ["", f"## {_('Arguments')}", "", f"| {_('Argument')} | {_('Value')} |", "|---|---|"]
    for name, value in sorted(card["arguments"].items()):
        yield f"| `{name}` | {_('chosen by the site') if value is None else _plain(str(value))} |"


def _plain(words: str) -> str:
    """Names and labels are people's own words: none of them may end a table's cell or begin a heading."""
    for mark in "\\`*_[]<>#|":
        words = words.replace(mark, f"\\{mark}")
    return " ".join(words.split())

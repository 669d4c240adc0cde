"""The sentiment of texts on each topic, over the days or weeks in which they came."""

from collections.abc import Sequence
from urllib.parse import urlencode

import numpy as np
from django.urls import reverse
from django.utils.translation import gettext as _

from annotation.quality.agreement import wilson
from annotation.quality.asked import Asked, figure_of
from annotation.quality.drifting import Period, periods
from annotation.quality.reading import Ints
from annotation.quality.surge import BASE_DAYS, FEWEST_BEFORE
from annotation.quality.topics import ANY, Mood, Said, mood_of, read_said
from modelops.reports import lanes
from modelops.reports.inputs import Inputs
from modelops.reports.shapes import Cell, Chart, Column, Report, Section, Table, Unit

TINTS = 5
TONES = ("bad", "other")


def topics_report(inputs: Inputs) -> Report:
    mood = mood_of(inputs.label_sets)
    if mood is None:
        empty = _("This needs a choice with a negative label, such as the sentiment of the template for finance.")
        return Report("topics", [Section("topics", _("Topics and sentiment"), empty=empty)])
    said = read_said(inputs.project, mood, inputs.asked)
    if not len(said.document):
        empty = _("Nothing yet. Texts appear when people or the model have said what their sentiment is.")
        return Report("topics", [Section("topics", _("Topics and sentiment"), empty=empty)])
    picture = _Picture(inputs, mood, said)
    return Report("topics", [picture.over_time(), picture.in_all()])


class _Picture:
    def __init__(self, inputs: Inputs, mood: Mood, said: Said) -> None:
        self.inputs, self.mood, self.said = inputs, mood, said
        self.is_negative = np.isin(said.mood, mood.negative)
        named = [(label.pk, str(label.title)) for label in mood.topic_labels]
        used = set(np.unique(said.topic).tolist())
        self.topics: list[tuple[int, str]] = [one for one in named if one[0] in used]
        self.topics.append((ANY, _("All texts")))

    def over_time(self) -> Section:
        found = periods(self.said.minute)
        title = _("Negative and other texts over time")
        # All texts together would dwarf every topic; the table tells them.
        drawn_topics = self.topics[:-1] or self.topics
        drawn = lanes.lanes_chart(
            title, [f"{one.first:%m-%d}" for one in found], [self._lane(*topic, found) for topic in drawn_topics], TONES
        )
        words = [
            _("The foot of a column counts negative texts, the part above it all others; a column opens its texts."),
            _("Each text counts once, in the days when it came: by gold, else by people, else by the model."),
            _("An alert is raised when a topic's share of negatives leaves what its last %(days)d days explain.")
            % {"days": BASE_DAYS},
        ]
        links = [(_("Alerts"), reverse("alerts", args=[self.inputs.project.pk]))]
        chart = Chart(drawn, self._periods_table(title, found))
        return Section("over_time", _("Topics and sentiment over time"), words, charts=[chart], links=links)

    def _lane(self, topic: int, name: str, found: Sequence[Period]) -> lanes.Lane:
        own = self.said.of_topic(topic)
        columns = [self._column(topic, name, own, one) for one in found]
        share = float(self.is_negative[own].mean()) if len(own) else 0.0
        return lanes.Lane(name, columns, f"{100 * share:.0f} %")

    def _column(self, topic: int, name: str, own: Ints, period: Period) -> lanes.Column:
        kept = np.intersect1d(own, period.kept)
        texts, negatives = len(kept), int(self.is_negative[kept].sum())
        said = {"topic": name, "day": period.first.isoformat(), "negatives": negatives, "texts": texts}
        words = _("%(topic)s, from %(day)s: %(negatives)d of %(texts)d negative") % said
        listing = reverse("documents", args=[self.inputs.project.pk])
        url = f"{listing}?{urlencode({'figure': self._behind(topic, self._asked(period))})}"
        return lanes.Column((negatives, texts - negatives), words, url)

    def _asked(self, period: Period) -> Asked:
        asked = self.inputs.asked
        return asked.between(
            max(period.first, asked.since or period.first), min(period.last, asked.until or period.last)
        )

    def _behind(self, topic: int, asked: Asked, **counts: object) -> str:
        return figure_of("topics", asked, label_set=self.mood.label_set.pk, topic=topic or None, **counts)

    def _periods_table(self, title: str, found: Sequence[Period]) -> Table:
        columns = [
            Column("period", _("From"), Unit.TEXT),
            Column("topic", _("Topic"), Unit.TEXT),
            Column("texts", _("Texts")),
            Column("negative", _("Negative")),
            Column("share", _("Share of negatives"), Unit.SHARE),
        ]
        rows = []
        for period in reversed(found):
            asked = self._asked(period)
            for topic, name in self.topics:
                kept = np.intersect1d(self.said.of_topic(topic), period.kept)
                if len(kept):
                    texts, negatives = self._texts(topic, asked, kept), self._negatives(topic, asked, kept)
                    share = Cell(float(self.is_negative[kept].mean()))
                    rows.append([Cell(period.first.isoformat()), Cell(name), texts, negatives, share])
        return Table("over_time", title, columns, rows)

    def _texts(self, topic: int, asked: Asked, kept: Ints) -> Cell:
        return Cell(len(kept), figure=self._behind(topic, asked))

    def _negatives(self, topic: int, asked: Asked, kept: Ints) -> Cell:
        number = int(self.is_negative[kept].sum())
        return Cell(number, figure=self._behind(topic, asked, negative=1) if number else "")

    def in_all(self) -> Section:
        labels = list(self.mood.label_set.labels.all())
        columns = [Column("topic", _("Topic"), Unit.TEXT), Column("texts", _("Texts"))]
        columns += [Column(f"mood_{label.pk}", str(label.title)) for label in labels]
        columns.append(Column("share", _("Share of negatives"), Unit.SHARE, has_interval=True))
        rows = [self._row(topic, name, [label.pk for label in labels]) for topic, name in self.topics]
        title = _("Topics and sentiment in all")
        help_ = _("Ranges hold the true share, with a confidence of 95 in 100.")
        words = self._most_negative()
        table = Table("in_all", title, columns, rows, help=help_, is_matrix=True)
        return Section("in_all", title, words, tables=[table])

    def _row(self, topic: int, name: str, labels: Sequence[int]) -> list[Cell]:
        own = self.said.of_topic(topic)
        asked, total = self.inputs.asked, len(own)
        cells = [Cell(name), Cell(total, figure=self._behind(topic, asked))]
        for label in labels:
            number = int((self.said.mood[own] == label).sum())
            link = self._behind(topic, asked, mood=label) if number else ""
            tint = round(TINTS * number / total) if total else 0
            cells.append(Cell(number, figure=link, tint=tint, is_miss=label in self.mood.negative))
        negatives = int(self.is_negative[own].sum())
        low, high = wilson(negatives, total)
        return [*cells, Cell(negatives / total if total else None, low, high)]

    def _most_negative(self) -> list[str]:
        """Among topics with enough texts to tell."""
        shares = [(float(self.is_negative[own].mean()), name) for topic, name in self.topics if topic != ANY
                  and len(own := self.said.of_topic(topic)) >= FEWEST_BEFORE]  # fmt: skip
        if len(shares) < 2:
            return []
        share, name = max(shares)
        told = {"topic": name, "percent": round(100 * share)}
        return [_("Most often negative: %(topic)s, %(percent)d of 100 texts.") % told]

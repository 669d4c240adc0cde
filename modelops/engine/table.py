"""What fast heads learn from, in memory: rows of features with targets that come and go document by document."""

from collections.abc import Mapping

import torch

_FIRST_ROWS = 256


class Table:
    """Documents own stretches of rows. What is dropped leaves rows that teach nothing, cleared now and then."""

    def __init__(self, width_of: Mapping[str, int], columns: int, most_rows: int) -> None:
        self._most_rows, self._columns = most_rows, columns
        self._features = torch.zeros(_FIRST_ROWS, columns)
        self._targets = {name: torch.zeros(_FIRST_ROWS, width) for name, width in width_of.items()}
        self._known = {name: torch.zeros(_FIRST_ROWS) for name in width_of}
        self._places: dict[int, tuple[int, int]] = {}
        self._used = 0
        self._dropped = 0

    def __len__(self) -> int:
        return len(self._places)

    def __contains__(self, document_id: int) -> bool:
        return document_id in self._places

    def features(self) -> torch.Tensor:
        return self._features[: self._used]

    def targets(self, name: str) -> torch.Tensor:
        return self._targets[name][: self._used]

    def known(self, name: str) -> torch.Tensor:
        """How much a row counts for this label set: 0 where its target is not known."""
        return self._known[name][: self._used]

    def place(self, document_id: int) -> slice:
        first, last = self._places[document_id]
        return slice(first, last)

    def documents(self) -> list[int]:
        """In the order in which they came."""
        return list(self._places)

    def put(
        self,
        document_id: int,
        features: torch.Tensor,
        targets: Mapping[str, torch.Tensor],
        weights: torch.Tensor | float = 1.0,
    ) -> None:
        """Add a document, or say anew what it teaches. Beyond the largest size the documents added first go.

        `weights` [rows]: each row stands for so many.
        """
        self.drop(document_id)
        while self._places and self._used - self._dropped + len(features) > self._most_rows:
            self.drop(next(iter(self._places)))
        self._make_room(len(features))
        place = slice(self._used, self._used + len(features))
        self._features[place] = features
        for name, known in self._known.items():
            known[place] = weights if name in targets else 0.0
            self._targets[name][place] = targets.get(name, torch.zeros(()))
        self._places[document_id] = (place.start, place.stop)
        self._used = place.stop

    def drop(self, document_id: int) -> None:
        first, last = self._places.pop(document_id, (0, 0))
        self._dropped += last - first
        for name, known in self._known.items():
            known[first:last] = 0.0
            self._targets[name][first:last] = 0.0
        self._features[first:last] = 0.0

    def _make_room(self, count: int) -> None:
        if self._dropped > self._used // 4:
            self._close_gaps()
        size = len(self._features)
        if self._used + count <= size:
            return
        more = max(size, count)
        self._features = _longer(self._features, more)
        self._targets = {name: _longer(rows, more) for name, rows in self._targets.items()}
        self._known = {name: _longer(rows, more) for name, rows in self._known.items()}

    def _close_gaps(self) -> None:
        kept = [row for first, last in self._places.values() for row in range(first, last)]
        index = torch.tensor(kept, dtype=torch.long)
        for rows in (self._features, *self._targets.values(), *self._known.values()):
            rows[: len(kept)] = rows[index]
        place = 0
        for document_id, (first, last) in self._places.items():
            self._places[document_id] = (place, place + last - first)
            place += last - first
        self._used, self._dropped = place, 0


def _longer(rows: torch.Tensor, more: int) -> torch.Tensor:
    return torch.cat([rows, torch.zeros(more, *rows.shape[1:])])

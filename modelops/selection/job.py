"""Put a queue in order in a worker. Needs no network: a second or three for 100,000 documents."""

from functools import lru_cache

from modelops import signals
from modelops.selection.models import Ranking
from modelops.selection.pool import Floats
from modelops.selection.services import rank, send_after_commit
from modelops.work.services import claim, work_off


def run(project_id: int) -> None:
    row = claim(Ranking.objects.filter(project=project_id))
    if row is not None:
        work_off(row, _rank, send_after_commit)


@lru_cache(maxsize=16)
def embedded(encoder: str, words: tuple[str, ...]) -> Floats:
    """Kept in this process: a project's labels are the same from one ranking to the next."""
    from modelops.live.job import embedder_for  # noqa: PLC0415  # torch: most rankings embed no words

    return embedder_for(encoder).embed(words)


def _rank(row: Ranking) -> bool:
    rank(row.project_id, embedded)
    # Other documents come next now, and the fast head has said nothing of them yet.
    signals.refit_requested.send(sender=Ranking, project_id=row.project_id)
    return True

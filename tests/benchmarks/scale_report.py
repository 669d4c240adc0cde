"""The table of `scale`: what was measured, beside the figures of other tools and what is wanted."""

from dataclasses import dataclass, field

from tests.benchmarks.scale_site import Stopwatch


@dataclass
class Figures:
    imported: tuple[float, float, float] = (0.0, 0.0, 0.0)
    at_rest: dict[str, float] = field(default_factory=dict)
    afterwards: dict[str, float] = field(default_factory=dict)
    by_size: dict[int, Stopwatch] = field(default_factory=dict)
    lists: dict[int, Stopwatch] = field(default_factory=dict)
    pages: dict[int, Stopwatch] = field(default_factory=dict)
    crowd: tuple[float, int] = (0.0, 0)
    exported: dict[str, tuple[int, float, float]] = field(default_factory=dict)
    statements: dict[str, list[int]] = field(default_factory=dict)


def print_figures(found: Figures) -> None:
    print("\nscale: Label Studio / doccano / a bare Django view were measured on the same kind of machine")
    for row in (("work", "peers and floor", "wanted", "ours"), *_rows(found)):
        print(f"  {row[0]:44} {row[1]:34} {row[2]:22} {row[3]}")
    print("\nby the number of documents, ms (p50, in brackets p95)")
    for title in _titles(found):
        print(f"  {title:44} " + " ".join(f"{_of(found, size, title):>22}" for size in found.by_size))


def _rows(found: Figures) -> list[tuple[str, str, str, str]]:
    middle = max(size for size in found.by_size if size <= 50_000)
    person, lists = found.by_size[middle], found.lists[middle]
    rate, lowest, growth = found.imported
    crowd, doubles = found.crowd
    exported = "; ".join(f"{which} {rate:,.0f} (+{grown:.0f} MB)" for which, (_, rate, grown) in found.exported.items())
    searches = ", ".join(f"{name} {lists.p50(name):.1f}" for name in ("English", "Chinese"))
    nexts = ", ".join(f"{size:,}: {watch.p50('next'):.1f}" for size, watch in found.by_size.items())
    submits = ", ".join(f"{size:,}: {watch.p50('submit'):.1f}" for size, watch in found.by_size.items())
    growths = found.by_size[max(found.by_size)].p50("next") / found.by_size[min(found.by_size)].p50("next")
    counted = " / ".join("-".join(map(str, sorted({min(one), max(one)}))) for one in found.statements.values())
    return [
        (
            "import 10k with predictions, rows/s",
            "307 / 345 / 2,993",
            ">= 3,000, <= 100 MB",
            f"{rate:,.0f} (lowest {lowest:,.0f}), +{growth:.0f} MB for 100k rows",
        ),
        ("next, one person, p50 ms", "183, 333 / 98, 204 / 8, 16", "<= 15", nexts),
        ("  from the smallest to the largest", "", "<= 1.5x", f"{growths:.2f}x"),
        ("submit, p50 ms", "149 / 88 / 8", "<= 15", submits),
        (f"16 people at {middle:,}, documents/s", "2.8 / 4.0 / 77", ">= 60, doubles 0", f"{crowd:.0f}, {doubles}"),
        ("list of 100 with labels, p50 ms", "1,081 / 475 / 14", "<= 30", f"{lists.p50('list'):.1f}"),
        (f"search of a rare text at {middle:,}, p50 ms", "1,384 / 484 / 15", "<= 30", searches),
        (f"export {middle:,}, rows/s", "failed / 765 / 28,199", ">= 20,000, flat", exported),
        ("SQL statements next / submit / list", "38, 72, 240 / 26, 59, 412 / 2, 2, 2", "<= 5 each", counted),
        (
            "web memory at rest, MB",
            "1,023 / 518 / 224",
            "<= 250",
            ", ".join(f"{kind} {size:.0f}" for kind, size in found.at_rest.items())
            + f"; at the end PSS {found.afterwards['PSS']:.0f}",
        ),
        (
            f"one person at {middle:,}, p95 ms",
            "",
            "",
            f"next {person.p95('next'):.1f}, submit {person.p95('submit'):.1f}",
        ),
    ]


def _titles(found: Figures) -> list[str]:
    size = next(iter(found.by_size))
    watches = (found.by_size[size], found.lists[size], found.pages[size])
    return [title for watch in watches for title in watch.times if title != "cold"]


def _of(found: Figures, size: int, title: str) -> str:
    for watch in (found.by_size[size], found.lists[size], found.pages[size]):
        if title in watch.times:
            return f"{watch.p50(title):,.1f} ({watch.p95(title):,.1f})"
    return ""

"""What people and programs wait for, by the size of the project, over HTTP from the web process that the stack starts.

COLLABWEB_BENCH_LARGE=1 adds a project of a million documents, which takes some minutes to fill. Workers don't run: what
is measured is the site, not what it shares the processors with.
"""

import os
import statistics
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import quote

import django

django.setup()

from django.db import connection, connections  # noqa: E402
from django.test.utils import (  # noqa: E402
    CaptureQueriesContext,
    setup_databases,
    setup_test_environment,
    teardown_databases,
)

from annotation.people.models import User  # noqa: E402
from annotation.people.services import make_token  # noqa: E402
from tests import make  # noqa: E402
from tests.benchmarks.imports import ROUNDS, be_quiet, growth_mb, one_round, with_prediction  # noqa: E402
from tests.benchmarks.scale_fill import RARE, filled_project, tidy  # noqa: E402
from tests.benchmarks.scale_report import Figures, print_figures  # noqa: E402
from tests.benchmarks.scale_site import Caller, Json, Stopwatch, Web, checked, running_web  # noqa: E402

SIZES = (10_000, 50_000)
LARGE = 1_000_000
PEOPLE = 16
PAIRS = 150
LISTS = 30
CROWD_SECONDS = 20.0
LIST = "limit=100&include=gold,prediction"
SEARCHES = {language: f"limit=100&q={quote(word)}" for language, word in RARE.items()}
FILTERS = {
    "in the order of the queue": f"{LIST}&order=priority",
    "meta of few documents": f"{LIST}&meta.customer=77",
    "meta of no document": f"{LIST}&meta.customer=nobody",
    "in the state assigned": f"{LIST}&state=assigned",
    "of a gold label": f"{LIST}&label=billing",
    "of a label that nobody gave": f"{LIST}&label=nobody",
    "confidence below 0.001": f"{LIST}&confidence_below=0.001",
    "gold differs from prediction": f"{LIST}&disagreement=prediction",
    "people differ": f"{LIST}&disagreement=people",
    "since tomorrow": f"{LIST}&since=2100-01-01",
    "a frequent word": f"{LIST}&q=parcel",
    "counted": f"{LIST}&count=1",
}


@dataclass
class Bench:
    web: Web
    tokens: dict[str, str]
    projects: dict[int, int]
    figures: Figures = field(default_factory=Figures)

    @property
    def middle(self) -> int:
        """The project that the table asks about."""
        return self.projects[SIZES[-1]]

    @contextmanager
    def caller(self, name: str) -> Iterator[Caller]:
        with Caller(self.web.port, self.tokens[name]) as caller:
            yield caller


def main() -> int:
    be_quiet()
    setup_test_environment()
    databases = setup_databases(verbosity=0, interactive=False)
    try:
        manager = make.user("mia")
        people = [make.user(f"person-{number:02}") for number in range(PEOPLE)]
        tokens = {user.username: make_token(user) for user in (manager, *people)}
        imported = import_rates(manager)
        projects = {size: filled(manager, people, size) for size in sizes()}
        tidy()
        with running_web(str(connection.settings_dict["NAME"])) as web:
            bench = Bench(web, tokens, projects)
            bench.figures.imported = imported
            measure(bench)
        print_figures(bench.figures)
    finally:
        connections.close_all()
        teardown_databases(databases, verbosity=0)
    return 0


def sizes() -> tuple[int, ...]:
    return (*SIZES, LARGE) if os.environ.get("COLLABWEB_BENCH_LARGE") else SIZES


def import_rates(manager: User) -> tuple[float, float, float]:
    rates = [one_round(manager, seed, with_prediction) for seed in range(1, ROUNDS + 1)]
    return statistics.median(rates), min(rates), growth_mb(manager)


def filled(manager: User, people: list[User], size: int) -> int:
    started = time.perf_counter()
    project = filled_project(manager, people, size)
    print(f"scale: {size:,} documents filled in {time.perf_counter() - started:,.0f} s", flush=True)
    return project.pk


def measure(bench: Bench) -> None:
    time.sleep(3)
    bench.figures.at_rest = bench.web.megabytes()
    for size, project in bench.projects.items():
        bench.figures.by_size[size] = one_person(bench, project)
        bench.figures.lists[size] = lists(bench, project)
        bench.figures.pages[size] = pages(bench, project)
    bench.figures.crowd = crowd(bench)
    bench.figures.exported = {which: export(bench, which) for which in ("gold", "predictions")}
    bench.figures.statements = statements(bench)
    bench.figures.afterwards = bench.web.megabytes()


def one_person(bench: Bench, project: int) -> Stopwatch:
    """Take and answer, one document after the other."""
    watch = Stopwatch()
    with bench.caller("person-00") as caller:
        for number in range(PAIRS + 10):
            if number == 10:
                watch = Stopwatch()
            with watch.timed("next"):
                lent = caller.next(project)
            if lent is None:
                raise RuntimeError("the queue is empty")
            with watch.timed("submit"):
                caller.submit(lent)
    return watch


def lists(bench: Bench, project: int) -> Stopwatch:
    watch = Stopwatch()
    with bench.caller("mia") as caller:
        for title, query in {"list": LIST, **SEARCHES, **FILTERS}.items():
            path = f"/api/v1/projects/{project}/documents/?{query}"
            rounds = LISTS if title in ("list", *SEARCHES) else 5
            checked(*caller.call("GET", path), 200)
            for _ in range(rounds):
                with watch.timed(title):
                    answer = caller.call("GET", path)
                found = checked(*answer, 200)["results"]
            if title in SEARCHES and len(found) != 3:
                raise RuntimeError(f"{title} search found {len(found)} documents")
    return watch


def pages(bench: Bench, project: int) -> Stopwatch:
    """The pages a manager sees, rendered in this process: they need a session, not a token."""
    from django.test import Client, override_settings  # only this needs it

    client, watch = Client(), Stopwatch()
    storage = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    client.force_login(User.objects.get(username="mia"))
    addresses = {
        "projects": "/",
        "project": f"/projects/{project}/",
        "documents": f"/projects/{project}/documents/",
        "documents in the order of the queue": f"/projects/{project}/documents/?order=priority",
        "annotation screen": f"/projects/{project}/annotate/",
    }
    with override_settings(STORAGES={"staticfiles": storage}):
        for title, path in addresses.items():
            for number in range(8):
                with watch.timed(title if number > 1 else "cold"):
                    status = client.get(path).status_code
                if status != 200:
                    raise RuntimeError(f"{path} answered {status}")
    return watch


def crowd(bench: Bench) -> tuple[float, int]:
    """Sixteen people at once for some seconds: documents a second, and how many were given to two people."""
    until = time.perf_counter() + CROWD_SECONDS
    ready = threading.Barrier(PEOPLE)

    def work(name: str) -> list[int]:
        done = []
        with bench.caller(name) as caller:
            ready.wait()
            while time.perf_counter() < until and (lent := caller.next(bench.middle)) is not None:
                caller.submit(lent)
                done.append(int(lent["document"]["id"]))
        return done

    started = time.perf_counter()
    with ThreadPoolExecutor(PEOPLE) as threads:
        found = list(threads.map(work, [name for name in bench.tokens if name != "mia"]))
    given = Counter(pk for one in found for pk in one)
    return given.total() / (time.perf_counter() - started), sum(number > 1 for number in given.values())


def export(bench: Bench, which: str) -> tuple[int, float, float]:
    """Rows, rows a second, and by how many MB the web processes grew at their largest."""
    path = f"/api/v1/projects/{bench.middle}/export/?format=jsonl&which={which}"
    before, peak, done = bench.web.megabytes()["PSS"], [0.0], threading.Event()

    def watch() -> None:
        while not done.wait(0.2):
            peak[0] = max(peak[0], bench.web.megabytes()["PSS"])

    watcher = threading.Thread(target=watch)
    watcher.start()
    with bench.caller("mia") as caller:
        started = time.perf_counter()
        status, content = caller.call("GET", path)
        seconds = time.perf_counter() - started
    done.set()
    watcher.join()
    if status != 200:
        raise RuntimeError(f"export answered {status}")
    rows = content.count(b"\n")
    return rows, rows / seconds, max(peak[0] - before, 0.0)


def statements(bench: Bench) -> dict[str, list[int]]:
    """SQL statements of three calls each, without the marks of a transaction's beginning and end."""
    counted: dict[str, list[int]] = {"next": [], "submit": [], "list": []}
    person, manager = (make.client(User.objects.get(username=name)) for name in ("person-01", "mia"))
    person.get("/api/v1/projects/")
    manager.get("/api/v1/projects/")
    for _ in range(3):
        with counting(counted["next"]):
            answer = person.post(f"/api/v1/projects/{bench.middle}/queue/next/", {"count": 1}, format="json")
        lent: Json = answer.json()["assignments"][0]
        said = lent["prediction"]
        body = {"answer": said["answer"], "seconds": 3, "status": "submitted", "prediction": said["id"]}
        with counting(counted["submit"]):
            person.put(f"/api/v1/documents/{lent['document']['id']}/annotation/", body, format="json")
        with counting(counted["list"]):
            manager.get(f"/api/v1/projects/{bench.middle}/documents/?{LIST}")
    return counted


@contextmanager
def counting(into: list[int]) -> Iterator[None]:
    with CaptureQueriesContext(connection) as seen:
        yield
    into.append(sum(query["sql"] not in ("BEGIN", "COMMIT") for query in seen.captured_queries))


if __name__ == "__main__":
    sys.exit(main())

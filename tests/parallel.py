"""Loaded before all else (`-p tests.parallel`): each process of pytest-xdist gets a store and files of its own.

pytest-django gives each a database of its own already.
"""

import os
from pathlib import Path
from urllib.parse import urlsplit


def part_from_others(worker: str) -> None:
    """`worker`: as pytest-xdist numbers them from "gw0"; the store's database 0 belongs to nobody."""
    url = urlsplit(os.environ["BROKER_URL"])
    os.environ["BROKER_URL"] = url._replace(path=f"/{1 + int(worker.removeprefix('gw'))}").geturl()
    home = Path(os.environ["COLLABWEB_HOME"])
    own = home / worker
    own.mkdir(exist_ok=True)
    encoders = home / "encoders"
    encoders.mkdir(exist_ok=True)
    if not (own / "encoders").is_symlink():
        (own / "encoders").symlink_to(encoders)
    os.environ["COLLABWEB_HOME"] = str(own)


if worker := os.environ.get("PYTEST_XDIST_WORKER"):
    part_from_others(worker)

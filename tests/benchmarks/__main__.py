"""`make bench`: every benchmark, each in a process of its own so that none warms up another."""

import subprocess
import sys

BENCHMARKS = (
    *("imports", "scale", "lanes", "reports", "prelabel", "explanations", "desk", "live"),
    *("selection", "learning", "certificates", "private", "private_adapter"),
)


def main(names: list[str]) -> int:
    for name in names or BENCHMARKS:
        done = subprocess.run([sys.executable, "-m", f"tests.benchmarks.{name}"], check=False)
        if done.returncode != 0:
            return done.returncode
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

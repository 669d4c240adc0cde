"""Take the pictures of docs/screens: every state of the annotation screen, and the pages around it.

python -m tests.acceptance.screens [--views en-light,zh-dark,390] [state ...]
"""

import argparse
import sys
from pathlib import Path

from playwright.sync_api import Browser, Error, sync_playwright

from collabweb.stack.testing import find_chromium
from tests.acceptance import on_site, screen_cards, screen_managing, screen_moments, screen_reports  # noqa: F401
from tests.acceptance.screen_camera import FOLDER, View, studio
from tests.acceptance.screen_pages import PAGES
from tests.acceptance.screen_register import NARROW, STATES, State
from tests.acceptance.screen_rows import forget_preferences

ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
VIEWS = [View("en", "light"), View("zh", "dark"), View("en", "light", 390), View("zh", "dark", 390)]


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description="Take the pictures of docs/screens.")
    parser.add_argument("names", nargs="*", help="states; all of them where none is named")
    parser.add_argument("--views", default="", help="parts of the views' names, separated by commas")
    parser.add_argument("--folder", type=Path, default=FOLDER)
    asked = parser.parse_args(arguments)
    views = [view for view in VIEWS if _is_asked(view, asked.views)]
    known = STATES | PAGES
    failed: list[str] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=ARGUMENTS)
        for name in asked.names or known:
            wanted = [view for view in views if view.width == 1320 or name in NARROW]
            failed += [
                f"{name}-{view.suffix}" for view in wanted if not _take(browser, view, name, known[name], asked.folder)
            ]
        browser.close()
    print("failed:", ", ".join(failed) or "none")
    return 1 if failed else 0


def _is_asked(view: View, parts: str) -> bool:
    def is_one(part: str) -> bool:
        return part in view.suffix and (part.startswith("390") or view.width == 1320)

    return not parts or any(is_one(part) for part in parts.split(","))


def _take(browser: Browser, view: View, name: str, state: State, folder: Path) -> bool:
    forget_preferences()
    with studio(browser, view, name.rstrip("-"), folder) as made:
        try:
            state(made)
        except Error as problem:
            print(f"{name} {view.suffix}: {problem.message[:400]}", flush=True)
            return False
    print(f"{name} {view.suffix}", flush=True)
    return True


sys.exit(main(sys.argv[1:]))

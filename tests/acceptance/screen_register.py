"""The register of states: what each picture shows, by its name."""

from collections.abc import Callable

from playwright.sync_api import Page

from tests.acceptance.screen_camera import Studio

State = Callable[[Studio], None]
STATES: dict[str, State] = {}
NARROW: set[str] = set()


def state(*, narrow: bool = False) -> Callable[[State], State]:
    """Its name is the picture's."""

    def note(made: State) -> State:
        name = made.__name__.replace("_", "-")
        STATES[name] = made
        if narrow:
            NARROW.add(name)
        return made

    return note


def press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)

"""Start the web processes: the site is loaded once, and the processes that answer are forked from it and share it."""

import gc
import multiprocessing

from django.conf import settings
from django.urls import get_resolver
from django.utils import translation
from granian.cli import entrypoint

import collabweb.wsgi


def preload() -> None:
    """All that every process would load for itself. No connection is opened here: each opens its own."""
    assert collabweb.wsgi.application
    _ = get_resolver().url_patterns
    for code, _title in settings.LANGUAGES:
        with translation.override(code):
            translation.gettext("Documents")
    # Collecting would write to the pages of every old object, and what is written to is no longer shared.
    gc.collect()
    gc.freeze()


if __name__ == "__main__":
    multiprocessing.set_start_method("fork")
    preload()
    entrypoint()  # type: ignore[no-untyped-call]

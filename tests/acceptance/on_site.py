"""Django on the database of the site that `make up` started. Import it before any module that holds models."""

import os

import django

from tests.acceptance.site import ENVIRON

os.environ.update(ENVIRON)
# Playwright keeps an event loop in this thread, and Django would refuse its database there.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
django.setup()

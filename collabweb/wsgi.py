import gc
import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "collabweb.settings")

application = get_wsgi_application()

# What is loaded now stays: looking through it for garbage would cost every request.
gc.freeze()
gc.set_threshold(10_000, 20, 20)

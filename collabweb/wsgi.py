import gc
import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "collabweb.settings")

application = get_wsgi_application()

# A request leaves little behind: looking for garbage after every few hundred objects would cost each of them.
gc.set_threshold(10_000, 20, 20)

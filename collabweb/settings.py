"""What differs between places comes from the environment; `collabweb.stack.environment` fills it for `make up`."""

from pathlib import Path

import environ
import structlog
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

env = environ.Env()
BASE_DIR = Path(__file__).resolve().parent.parent
HOME = Path(env.str("COLLABWEB_HOME", default=str(BASE_DIR / "var"))).resolve()
PRODUCTION = env.str("COLLABWEB_ENV", default="development") == "production"
DEBUG = env.bool("COLLABWEB_DEBUG", default=False)

SECRET_KEY = env.str("COLLABWEB_SECRET_KEY", default="")
if not SECRET_KEY:
    key_file = HOME / "secret_key"
    if PRODUCTION or not key_file.exists():
        raise ImproperlyConfigured("Set COLLABWEB_SECRET_KEY (`make up` makes one for development).")
    SECRET_KEY = key_file.read_text().strip()

PORT = env.int("COLLABWEB_PORT", default=8000)
LIVE_PORT = env.int("COLLABWEB_LIVE_PORT", default=PORT + 1)
# Where pages open their WebSocket. Empty: the page's own host at LIVE_PORT. In production a proxy serves /ws: set "/".
LIVE_URL = env.str("COLLABWEB_LIVE_URL", default="")
ALLOWED_HOSTS = env.list("COLLABWEB_HOSTS", default=["localhost", "127.0.0.1", "[::1]", "testserver"])
CSRF_TRUSTED_ORIGINS = env.list("COLLABWEB_ORIGINS", default=[])

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "servestatic.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "channels",
    "csp",
    "django_htmx",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "annotation",
    "modelops",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "collabweb.static_files.serve_static_files",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "collabweb.audit_middleware.AuditMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_structlog.middlewares.RequestMiddleware",
]
ROOT_URLCONF = "collabweb.urls"
WSGI_APPLICATION = "collabweb.wsgi.application"
ASGI_APPLICATION = "collabweb.asgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

DATABASES = {"default": env.db_url("DATABASE_URL", default="postgres:///collabweb")}
DATABASES["default"]["ENGINE"] = "django.db.backends.postgresql"
DATABASES["default"]["CONN_MAX_AGE"] = 60
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
# Off behind a pool that lends the server's connections by transaction and does not know prepared statements.
PREPARED_STATEMENTS = env.bool("COLLABWEB_PREPARED_STATEMENTS", default=True)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

BROKER_URL = env.str("BROKER_URL", default="redis://127.0.0.1:6379/0")
# The same store as redis-py writes it: Celery's name for a socket is its own.
REDIS_URL = BROKER_URL.replace("redis+socket://", "unix://").replace("virtual_host=", "db=")
CELERY_BROKER_URL = BROKER_URL
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_SERIALIZER = "json"
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
# A sender never hangs on a dead broker: the row is the truth and the tick sends the message again.
CELERY_TASK_PUBLISH_RETRY = False
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "socket_timeout": 5,
    "socket_connect_timeout": 2,
    "visibility_timeout": 6 * 3600,
    "max_retries": 1,
}
CELERY_TASK_DEFAULT_QUEUE = "bulk"
CELERY_TASK_ROUTES = {
    "modelops.tasks.train": {"queue": "train"},
    "modelops.tasks.prelabel": {"queue": "live"},
    "modelops.tasks.predict": {"queue": "live"},
    "modelops.tasks.explain": {"queue": "live"},
    "modelops.tasks.embed": {"queue": "live"},
    "modelops.tasks.tune": {"queue": "live"},
    "modelops.tasks.make_report": {"queue": "live"},
    "modelops.tasks.refit": {"queue": "fast"},
}
CELERY_BEAT_SCHEDULE = {
    "annotation-tick": {"task": "annotation.tasks.tick", "schedule": 5.0, "options": {"expires": 5}},
    "modelops-tick": {"task": "modelops.tasks.tick", "schedule": 5.0, "options": {"expires": 5}},
}

AUTH_USER_MODEL = "annotation.User"
AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "projects"
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_LOGIN_METHODS = {"username", "email"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "email", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_ADAPTER = "annotation.people.adapter.AccountAdapter"
SIGNUP_OPEN = env.bool("COLLABWEB_SIGNUP", default=False)
EMAIL_BACKEND = env.str("COLLABWEB_EMAIL_BACKEND", default="django.core.mail.backends.console.EmailBackend")
EMAIL_HOST = env.str("COLLABWEB_EMAIL_HOST", default="localhost")
EMAIL_PORT = env.int("COLLABWEB_EMAIL_PORT", default=25)
EMAIL_HOST_USER = env.str("COLLABWEB_EMAIL_USER", default="")
EMAIL_HOST_PASSWORD = env.str("COLLABWEB_EMAIL_PASSWORD", default="")
EMAIL_USE_TLS = env.bool("COLLABWEB_EMAIL_TLS", default=False)
EMAIL_USE_SSL = env.bool("COLLABWEB_EMAIL_SSL", default=False)
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = SERVER_EMAIL = env.str("COLLABWEB_EMAIL_FROM", default="collabweb@localhost")
# Where people reach the site: links in mails and webhooks, which no request tells of.
_SITE = CSRF_TRUSTED_ORIGINS[0] if CSRF_TRUSTED_ORIGINS else f"http://localhost:{PORT}"
SITE_URL = env.str("COLLABWEB_SITE_URL", default=_SITE)
CACHES = {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL}}

LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("zh-hans", _("Chinese"))]
LOCALE_PATHS = [BASE_DIR / "collabweb" / "locale"]
TIME_ZONE = "UTC"
USE_TZ = True

STATIC_URL = "static/"
STATIC_ROOT = HOME / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "collabweb.static_storage.ModuleStorage"},
}
MEDIA_ROOT = HOME / "files"
CHECKPOINTS = HOME / "checkpoints"
ENCODERS = HOME / "encoders"
DEFAULT_ENCODER = env.str("COLLABWEB_ENCODER", default="multilingual-e5-small")
# What versions answer in: "measured" takes int8 where it is faster, "int8" wherever it runs, "plain" never.
SERVING_NUMBERS = env.str("COLLABWEB_SERVING_NUMBERS", default="measured")
if SERVING_NUMBERS not in ("measured", "int8", "plain"):
    raise ImproperlyConfigured("COLLABWEB_SERVING_NUMBERS is one of measured, int8, plain.")

SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_NAME = f"collabweb_session_{PORT}" if not PRODUCTION else "collabweb_session"
CSRF_COOKIE_NAME = f"collabweb_csrf_{PORT}" if not PRODUCTION else "collabweb_csrf"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = PRODUCTION and env.bool("COLLABWEB_HTTPS", default=True)
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if PRODUCTION else None
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "connect-src": [SELF, "ws:", "wss:"],
        "object-src": [NONE],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "form-action": [SELF],
    },
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 64 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "annotation.people.authentication.TokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated", "annotation.api.scopes.TokenScope"],
    "DEFAULT_PARSER_CLASSES": ["annotation.api.parsers.StrictJSONParser"],
    "DEFAULT_RENDERER_CLASSES": ["annotation.api.renderers.JSONRenderer"],
    "DEFAULT_SCHEMA_CLASS": "annotation.api.schema.Schema",
    "EXCEPTION_HANDLER": "annotation.api.errors.exception_handler",
    "DEFAULT_THROTTLE_CLASSES": ["annotation.api.throttles.TokenRateThrottle"],
    "DEFAULT_THROTTLE_RATES": {
        "token": env.str("COLLABWEB_API_RATE", default="100/second"),
        "sign_in": env.str("COLLABWEB_SIGN_IN_RATE", default="60/minute"),
    },
    "URL_FORMAT_OVERRIDE": None,
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Collabweb",
    "DESCRIPTION": "Texts in, labels out. Offsets count Unicode code points.",
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "annotation.api.schema.as_answered",
    ],
}

# Limits of the contract; each is named in the error that it causes.
COLLABWEB_LIMITS = {
    "body_bytes": 5 * 1024 * 1024,
    "file_bytes": env.int("COLLABWEB_FILE_BYTES", default=2 * 1024**3),
    "row_bytes": 2 * 1024 * 1024,
    "text_chars": 200_000,
    "spans_per_row": 10_000,
    "json_depth": 32,
    "meta_keys": 1_000,
    "id_chars": 255,
    "label_chars": 100,
    "csv_columns": 200,
    "archive_entries": 1_000,
    "archive_bytes": 100 * 1024 * 1024,
}

# In production a webhook never calls into the network that the site itself stands in.
COLLABWEB_PRIVATE_WEBHOOKS = env.bool("COLLABWEB_PRIVATE_WEBHOOKS", default=not PRODUCTION)

# structlog hands its lines to the standard library's logging, where the levels below count.
structlog.configure(
    processors=[
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.filter_by_level,
        structlog.processors.format_exc_info,
        structlog.processors.KeyValueRenderer(key_order=["event"]),
    ],
    logger_factory=structlog.stdlib.LoggerFactory(),
    wrapper_class=structlog.stdlib.BoundLogger,
    cache_logger_on_first_use=True,
)
# A proxy in front knows the address; looking for it in every header that might hold it costs more than a statement.
DJANGO_STRUCTLOG_IP_LOGGING_ENABLED = False
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["console"], "level": env.str("COLLABWEB_LOG_LEVEL", default="INFO")},
    "loggers": {"django_structlog": {"level": "WARNING"}},
}

"""Django's settings, made from the one table in `compliance.core.config`. No setting has an insecure default."""

import os
from pathlib import Path
from typing import Any

import django_stubs_ext
import environ
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from compliance.celery import transport_options
from compliance.core import config, keys, logs
from compliance.law.regimes import is_known

# Lets `ModelAdmin[Request]` be written at run time as the type checker reads it.
django_stubs_ext.monkeypatch()

BASE_DIR = Path(__file__).resolve().parent.parent
try:
    VALUES = config.read(os.environ)
    config.refuse(
        f"EFFACE_JURISDICTIONS is wrong: no law is known by the name “{code}”."
        for code in VALUES["EFFACE_JURISDICTIONS"]
        if not is_known(code)
    )
except config.BadSetting as error:
    raise ImproperlyConfigured(str(error)) from None

SECRET_KEY = VALUES["EFFACE_SECRET_KEY"]
DEBUG = VALUES["EFFACE_DEBUG"]
ALLOWED_HOSTS = VALUES["EFFACE_HOSTS"]
BASE_URL = VALUES["EFFACE_BASE_URL"]
OPERATOR_NAME = VALUES["EFFACE_OPERATOR_NAME"]
SERVED_JURISDICTIONS = VALUES["EFFACE_JURISDICTIONS"]
BACKEND_ALLOW = VALUES["EFFACE_BACKEND_ALLOW"]
PROXY_HOPS = VALUES["EFFACE_PROXY_HOPS"]
KEY_FILE = VALUES["EFFACE_KEY_FILE"]
SIGNING_DIR = VALUES["EFFACE_SIGNING_DIR"]
JOURNAL_DIR = VALUES["EFFACE_JOURNAL_DIR"]
LEASE_SECONDS = VALUES["EFFACE_LEASE_SECONDS"]
keys.configure(KEY_FILE)

# Work is announced to this callable after a commit; beat finds it without, a little later.
ANNOUNCE_WORK = "compliance.tasks.announce"
# Who notes that a client sent a picture or a vector.
FACE_DATA_REPORTER = "compliance.artifacts.actions.face_data_sent"

INSTALLED_APPS = [
    "compliance.access.site.AdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "csp",
    "pgtrigger",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "simple_history",
    "compliance.audit",
    "compliance.delivery",
    "compliance.subjects",
    "compliance.access",
    "compliance.artifacts",
    "compliance.profiles",
    "compliance.backend",
    "compliance.evidence",
    "compliance.erasure",
    "compliance.retention",
    "consent",
    "dsar",
]

MIDDLEWARE = [
    "compliance.access.middleware.RequestIdMiddleware",
    "compliance.access.short_road.ShortRoadMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "compliance.access.language.LanguageMiddleware",
    "compliance.access.middleware.LimitsMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    # Accounts of officers change through Django's own forms; their history learns from this who did it.
    "simple_history.middleware.HistoryRequestMiddleware",
]

ROOT_URLCONF = "compliance.urls"
WSGI_APPLICATION = "compliance.wsgi.application"
APPEND_SLASH = False
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "compliance.access.context.operator",
                "compliance.access.context.languages",
            ],
        },
    },
]

# The running role must not own the tables; `manage.py migrate` (and the tests' set-up) ask for the owner.
RUNNING_DATABASE_URL = VALUES["DATABASE_URL"]
OWNER_DATABASE_URL = VALUES["EFFACE_OWNER_DATABASE_URL"] or RUNNING_DATABASE_URL
AS_OWNER = os.environ.get("EFFACE_AS_OWNER") == "true"
DATABASES: dict[str, dict[str, Any]] = {"default": environ.Env.db_url_config(OWNER_DATABASE_URL if AS_OWNER else RUNNING_DATABASE_URL)}
DATABASES["default"]["CONN_MAX_AGE"] = 600
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
DATABASES["default"].setdefault("OPTIONS", {}).setdefault("connect_timeout", 5)

AUTH_USER_MODEL = "access.Officer"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 14}},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "admin:login"
LOGIN_REDIRECT_URL = "admin:index"

LANGUAGE_CODE = "en"
# Public pages; each language by its own name, whatever the page speaks now.
LANGUAGES = [("en", "English"), ("es", "Español"), ("de", "Deutsch"), ("fr", "Français")]
LANGUAGE_COOKIE_NAME = "efface_language"
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = "UTC"
USE_TZ = True
USE_I18N = True
FORMAT_MODULE_PATH = ["compliance.core.formats"]
SIMPLE_HISTORY_REVERT_DISABLED = True

STATIC_URL = "static/"
# Served from where the apps keep them: some 200 small files, and no step to forget before a start.
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = False

_mail = VALUES["EFFACE_EMAIL_URL"]
DEFAULT_FROM_EMAIL = VALUES["EFFACE_MAIL_FROM"]
if _mail.startswith("file:"):
    EMAIL_BACKEND = "compliance.delivery.mail.ConsoleAndFileBackend"
    EMAIL_FILE_PATH = _mail.removeprefix("file://")
else:
    _smtp = environ.Env.email_url_config(_mail)
    EMAIL_BACKEND = _smtp["EMAIL_BACKEND"]
    EMAIL_HOST, EMAIL_PORT = _smtp["EMAIL_HOST"], _smtp["EMAIL_PORT"]
    EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = _smtp["EMAIL_HOST_USER"], _smtp["EMAIL_HOST_PASSWORD"]
    EMAIL_USE_TLS, EMAIL_USE_SSL = _smtp.get("EMAIL_USE_TLS", False), _smtp.get("EMAIL_USE_SSL", False)
    EMAIL_TIMEOUT = 20

TLS = VALUES["EFFACE_TLS"]
SECURE_SSL_REDIRECT = SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = TLS
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
SECURE_HSTS_SECONDS = 31_536_000 if TLS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = TLS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if PROXY_HOPS else None
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 8 * 3600
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_MEMORY_SIZE = config.MAX_BODY
DATA_UPLOAD_MAX_NUMBER_FIELDS = 200
# A paper never lies on a disk in the clear: it stays in memory until it is sealed.
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.MemoryFileUploadHandler"]
FILE_UPLOAD_MAX_MEMORY_SIZE = config.MAX_UPLOAD
CSRF_FAILURE_VIEW = "compliance.access.pages.csrf_failure"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "object-src": [NONE],
    },
}

CELERY_BROKER_URL = VALUES["CELERY_BROKER_URL"]
if CELERY_BROKER_URL.startswith("filesystem"):
    CELERY_BROKER_TRANSPORT = "compliance.celery:FolderTransport"
CELERY_BROKER_TRANSPORT_OPTIONS = transport_options(CELERY_BROKER_URL, VALUES["EFFACE_BROKER_DIR"])

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["compliance.access.api.authentication.KeyAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["compliance.access.api.authentication.HasScope"],
    "DEFAULT_PARSER_CLASSES": ["compliance.access.api.parsers.StrictJSONParser"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_SCHEMA_CLASS": "compliance.access.api.schema.Schema",
    "EXCEPTION_HANDLER": "compliance.access.api.problems.handle",
    "UNAUTHENTICATED_USER": None,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Efface",
    "DESCRIPTION": "Written releases, a consent check that fails closed, artifacts with due dates, requests, and proof.",
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "SERVE_AUTHENTICATION": [],
    "COMPONENT_SPLIT_REQUEST": True,
    "SWAGGER_UI_DIST": "SIDECAR",
    "ENUM_NAME_OVERRIDES": {
        "RequestStateEnum": "dsar.models.Request.State",
        "SubjectKindEnum": "compliance.subjects.models.Subject.SubjectKind",
    },
    "POSTPROCESSING_HOOKS": ["drf_spectacular.hooks.postprocess_schema_enums", "compliance.access.api.openapi.add_plain_views"],
}

LOGGING = logs.logging_config(VALUES["EFFACE_LOG_LEVEL"])
logs.configure(VALUES["EFFACE_LOG_LEVEL"])

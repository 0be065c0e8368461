"""Django's settings. What differs between machines comes from config.env; the rest is the same everywhere."""

from csp.constants import NONCE, NONE, SELF
from django.utils.translation import gettext_lazy as _

from config.databases import database
from config.email import email_settings
from config.env import ROOT, env
from config.process import is_web

BASE_DIR = ROOT
DEBUG = env.debug
SECRET_KEY = env.secret_key
ALLOWED_HOSTS = list(env.allowed_hosts)
ROOT_URLCONF = "config.urls"
ASGI_APPLICATION = "config.asgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Lowest floor first, as docs/architecture.md draws them.
INSTALLED_APPS = [
    "lib.tenancy",  # before Django's own: its `migrate` takes the place of theirs
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.forms",  # before web: FORM_RENDERER looks for Django's own templates too
    "channels",
    "csp",
    "eventlog",
    "accounts",
    "live",
    "privacy",
    "gallery",
    "integrations",
    "scheduler",
    "insights",
    "moderation",
    "notifications",
    "operations",
    "demo",
    "web",
    "allauth",  # last: our templates take the place of its own
    "allauth.account",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "web.statics.StaticFiles",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "accounts.middleware.LanguageMiddleware",  # after the user is known: the language is theirs
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "accounts.middleware.OrganisationMiddleware",  # last: everything below runs in the organisation's scope
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
                "web.context.shell",
            ]
        },
    }
]

FORM_RENDERER = "web.renderer.FaceRenderer"

# --- Engines ---------------------------------------------------------------------------------------------------------
DATABASES = {
    "default": database(
        env.database_url, env.database_owner_url, pool_size=env.database_pool_size if is_web() else None
    )
}
DATABASE_APP_ROLE = DATABASES["default"]["USER"]
PASSAGE_SQL = ROOT / "config" / "passage.sql"

CACHES = {
    # Limits on sign-in count here. In the database, so that neither a flushed nor an absent Redis lets anybody guess on
    # or keeps anybody out; and so large that nobody can push their own count out of it.
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "accounts_cache",
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    }
}

CELERY_BROKER_URL = env.redis_url
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_DB_REUSE_MAX = 10_000  # by default Celery's fixup closes the connection around every task

# --- People ----------------------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.BCryptSHA256PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_ADAPTER = "accounts.adapter.AccountAdapter"
ACCOUNT_FORMS = {
    "login": "accounts.forms.SignInForm",
    "signup": "accounts.forms.SignUpForm",
    "reset_password": "accounts.forms.ForgottenPasswordForm",
    "reset_password_from_key": "accounts.forms.NewPasswordForm",
    "change_password": "accounts.forms.ChangePasswordForm",
}
ACCOUNT_RATE_LIMITS = {"login_failed": "20/m/ip,5/15m/key"}
ACCOUNT_CONFIRM_EMAIL_ON_GET = False
ACCOUNT_LOGIN_ON_PASSWORD_RESET = True
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_SESSION_REMEMBER = None  # each person says; SESSION_COOKIE_AGE is two weeks
ACCOUNT_LOGOUT_ON_GET = False

# --- Security --------------------------------------------------------------------------------------------------------
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_HSTS_SECONDS = 31_536_000 if env.secure else 0
SECURE_SSL_REDIRECT = False  # the proxy that ends TLS redirects; doing it here too makes loops
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if env.secure else None
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = env.secure
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
X_FRAME_OPTIONS = "DENY"
CSRF_TRUSTED_ORIGINS = [env.public_base_url]
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF, NONCE],
        "style-src": [SELF],
        "img-src": [SELF, "data:", *([env.bucket_origin] if env.bucket_origin else [])],
        "media-src": [SELF, *([env.bucket_origin] if env.bucket_origin else [])],
        "connect-src": [SELF],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}

# --- Words and hours -------------------------------------------------------------------------------------------------
LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("fr", _("French"))]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

# --- Files, mail -----------------------------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = None  # WhiteNoise serves files from where they stand: nothing to collect, nothing to forget
STATICFILES_DIRS = [
    ("npm/htmx", ROOT / "node_modules" / "htmx.org" / "dist"),
]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": env.media_root}},
    "staticfiles": {"BACKEND": "web.hashing.HashedNames"},
}
STATICFILES_FINDERS = [
    "django.contrib.staticfiles.finders.FileSystemFinder",
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
    "web.hashing.HashedFinder",  # the same files under names that browsers may keep for ever
]
WHITENOISE_USE_FINDERS = True
locals().update(email_settings(env.email_url))
DEFAULT_FROM_EMAIL = env.email_from

LOG_DIR = env.log_dir  # where this machine's logs end after their period (privacy.sweeping)

# --- Logs: ids and codes, never words people wrote or addresses with secrets in them ---------------------------------
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(levelname)s %(name)s %(message)s"}},
    "filters": {
        "refusals": {"()": "config.logs.RefusalsInOneLine"},
        "keys": {"()": "config.logs.WithoutKeys"},
    },
    "handlers": {
        "stderr": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["refusals", "keys"]},
    },
    "root": {"handlers": ["stderr"], "level": "INFO"},
}

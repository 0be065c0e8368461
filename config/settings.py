"""Django's settings. What differs between machines comes from config.env; the rest is the same everywhere."""

from urllib.parse import urlsplit

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
    "privacy",

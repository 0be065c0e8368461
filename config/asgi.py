"""The web process: HTTP by Django, sockets by Channels."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
os.environ["PORTEVOIX_PROCESS"] = "web"  # read by config.process: web processes share a pool of connections

from channels.routing import ProtocolTypeRouter, URLRouter  # the settings come first
from channels.security.websocket import AllowedHostsOriginValidator
from channels.sessions import SessionMiddlewareStack
from django.core.asgi import get_asgi_application
from django.urls import get_resolver

http = get_asgi_application()

from config.process import settle_in  # noqa: E402
from config.sockets import SOCKETS  # noqa: E402  # imports models, so the apps come first
from lib.tenancy.checks import require_walls  # noqa: E402
from privacy.checks import require_declarations  # noqa: E402

require_walls()
require_declarations()

application = ProtocolTypeRouter(
    {"http": http, "websocket": AllowedHostsOriginValidator(SessionMiddlewareStack(URLRouter(SOCKETS)))}
)

# Addresses are read with the first request otherwise, and what they import would stay in the collector's rounds.
get_resolver().url_patterns  # noqa: B018
settle_in()

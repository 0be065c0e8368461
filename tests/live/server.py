"""The product's web process in a thread of the test, on its own database; it can be stopped and started again."""

import mimetypes
import threading
import time
from pathlib import Path
from typing import Any

import uvicorn
from channels.routing import ProtocolTypeRouter, URLRouter
from channels.security.websocket import AllowedHostsOriginValidator
from channels.sessions import SessionMiddlewareStack
from django.contrib.staticfiles import finders
from django.core.asgi import get_asgi_application

from config.sockets import SOCKETS
from launch.place import free_port


async def answer_file(scope: Any, send: Any) -> None:
    """Send a static file whole: behind ASGI, WhiteNoise leaves what a browser drops to the garbage collector."""
    found = finders.find(scope["path"].removeprefix("/static/"))
    body = Path(str(found)).read_bytes() if found else b""  # noqa: ASYNC240
    kind = mimetypes.guess_type(scope["path"])[0] or "application/octet-stream"
    start = {
        "type": "http.response.start",
        "status": 200 if found else 404,
        "headers": [(b"content-type", kind.encode())],
    }
    await send(start)
    await send({"type": "http.response.body", "body": body})


class Server:
    """Answers HTTP and sockets at `url`."""

    def __init__(self) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._server: uvicorn.Server | None = None
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        sockets = AllowedHostsOriginValidator(SessionMiddlewareStack(URLRouter(SOCKETS)))
        pages: Any = get_asgi_application()

        async def http(scope: Any, receive: Any, send: Any) -> None:
            if scope["path"].startswith("/static/"):
                await answer_file(scope, send)
            else:
                await pages(scope, receive, send)

        application: Any = ProtocolTypeRouter({"http": http, "websocket": sockets})
        # uvloop does not close in a thread beside Playwright's own loop.
        options: Any = {"log_config": None, "lifespan": "off", "loop": "asyncio", "timeout_graceful_shutdown": 2}
        config = uvicorn.Config(application, port=self.port, **options)
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run)
        self._thread.start()
        while not self._server.started:
            time.sleep(0.02)

    def stop(self) -> None:
        if self._server is None or self._thread is None:
            return
        self._server.should_exit = True
        self._thread.join()
        self._server = self._thread = None

"""The process: one uvicorn on the loopback interface, whose connections can be cut."""

from pathlib import Path
from threading import Thread

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from sandbox.app import Sandbox


class CuttableProtocol(HttpToolsProtocol):
    """Hands the application a way to drop the connection, which ASGI itself has none for."""

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self.scope["extensions"] = {"sandbox.cut": {"abort": self.transport.abort}}


def serve(*, port: int, folder: Path | None) -> None:
    """Serve until a signal says stop. Only this machine can connect."""
    sandbox = Sandbox(folder)
    config = uvicorn.Config(
        sandbox,
        host="127.0.0.1",
        port=port,
        http=CuttableProtocol,
        ws="none",
        lifespan="on",
        access_log=False,
        log_level="warning",
        timeout_graceful_shutdown=2,
        timeout_keep_alive=60,
        server_header=False,
    )
    # Beside the first answers, not before them: whoever started the sandbox waits until it answers.
    Thread(target=sandbox.warm_up, name="warm-up", daemon=True).start()
    try:
        uvicorn.Server(config).run()
    finally:
        sandbox.world.close()

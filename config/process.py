"""What this process is."""

import os


def is_web() -> bool:
    """Whether requests are served here: config.asgi says so before the settings are read."""
    return os.environ.get("PORTEVOIX_PROCESS") == "web"

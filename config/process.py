"""What this process is, and what it does once all is loaded."""

import gc
import os


def is_web() -> bool:
    """Whether requests are served here: config.asgi says so before the settings are read."""
    return os.environ.get("PORTEVOIX_PROCESS") == "web"


def settle_in() -> None:
    """Take what is loaded out of the collector's rounds, for good.

    Modules, models and templates' machinery live as long as the process. A full round over them takes longer than half
    a page, and strikes whichever request comes by.
    """
    gc.collect()
    gc.freeze()

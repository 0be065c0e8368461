"""What is said in the logs, and how much of it."""

import logging
import re

#: A piece of an address as long as this may be a key to something (invitations, connect links, signed files).
_MAY_BE_A_KEY = re.compile(r"[^/\s]{24,}")


class WithoutKeys(logging.Filter):
    """Takes what may open something out of the addresses that Django names when it refuses them."""

    def filter(self, record: logging.LogRecord) -> bool:
        if record.name.startswith("django.") and isinstance(record.args, tuple):
            record.args = tuple(_MAY_BE_A_KEY.sub("…", each) if isinstance(each, str) else each for each in record.args)
        return True


class RefusalsInOneLine(logging.Filter):
    """Takes the traceback off answers below 500: that a role may not, or a page is absent, is no fault of ours."""

    def filter(self, record: logging.LogRecord) -> bool:
        if getattr(record, "status_code", 500) < 500:
            record.exc_info = record.exc_text = None
        return True

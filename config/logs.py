"""What is said in the logs, and how much of it."""

import logging


class RefusalsInOneLine(logging.Filter):
    """Takes the traceback off answers below 500: that a role may not, or a page is absent, is no fault of ours."""

    def filter(self, record: logging.LogRecord) -> bool:
        if getattr(record, "status_code", 500) < 500:
            record.exc_info = record.exc_text = None
        return True

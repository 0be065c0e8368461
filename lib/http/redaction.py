"""Keeping what identifies or authorises out of logs."""

import logging
from collections.abc import Mapping


class WithoutQueries(logging.Filter):
    """Cut the query off every address in a record's arguments. urllib3 logs each request line at DEBUG."""

    def filter(self, record: logging.LogRecord) -> bool:
        if record.args and not isinstance(record.args, Mapping):
            record.args = tuple(_without_query(each) for each in record.args)
        return True


def _without_query(value: object) -> object:
    if isinstance(value, str) and "?" in value:
        return value.partition("?")[0] + "?…"
    return value


def silence_queries() -> None:
    """Install the filter where urllib3 logs request lines; installing twice does no harm."""
    logger = logging.getLogger("urllib3.connectionpool")
    if not any(isinstance(each, WithoutQueries) for each in logger.filters):
        logger.addFilter(WithoutQueries())

"""Refusals take one line in the log; faults keep their traceback."""

import logging
import sys

import pytest

from config.logs import RefusalsInOneLine


@pytest.mark.parametrize(("status", "has_trace"), [(403, False), (404, False), (500, True), (None, True)])
def test_only_faults_keep_their_traceback(status: int | None, has_trace: bool) -> None:
    try:
        int("refused")
    except ValueError:
        record = logging.LogRecord("django.request", logging.WARNING, "", 0, "Forbidden", (), sys.exc_info())
    if status is not None:
        record.status_code = status

    assert RefusalsInOneLine().filter(record)
    assert (record.exc_info is not None) == has_trace

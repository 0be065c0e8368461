"""Refusals take one line in the log; faults keep their traceback; no line has a key in it."""

import logging
import sys

import pytest

from config.logs import RefusalsInOneLine, WithoutKeys

KEY = "rGm2J8yq_X0vT7bNfC4kLw-9aQz1EoHsUdPi6RxWt3g"


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


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("/o/acme/inbox/42/reply/", "/o/acme/inbox/42/reply/"),
        (f"/invitations/{KEY}/", "/invitations/…/"),
        (f"/accounts/password/reset/key/1-{KEY}/", "/accounts/password/reset/key/…/"),
    ],
)
def test_what_may_open_something_is_not_named(path: str, said: str) -> None:
    record = logging.LogRecord("django.request", logging.WARNING, "", 0, "%s: %s", ("Not Found", path), None)

    assert WithoutKeys().filter(record)
    assert record.getMessage() == f"Not Found: {said}"

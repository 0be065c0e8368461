"""Static files come whole, in parts or not at all, as browsers ask, and nothing is left to be streamed."""

from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.templatetags.static import static
from django.test import Client

NAME = "web/css/tokens.css"


@pytest.fixture
def content() -> bytes:
    return Path(str(finders.find(NAME))).read_bytes()


def test_a_file_comes_whole_and_is_not_left_to_be_streamed(content: bytes) -> None:
    answer = Client().get(static(NAME))

    assert not answer.streaming
    assert (answer.status_code, answer.content) == (200, content)
    assert answer.headers["Content-Type"] == 'text/css; charset="utf-8"'
    assert answer.headers["Content-Length"] == str(len(content))


def test_a_part_is_answered_by_that_part(content: bytes) -> None:
    answer = Client().get(static(NAME), headers={"Range": "bytes=10-19"})

    assert (answer.status_code, answer.content) == (206, content[10:20])
    assert answer.headers["Content-Range"] == f"bytes 10-19/{len(content)}"


def test_what_a_browser_has_is_not_sent_again(content: bytes) -> None:
    etag = Client().head(static(NAME)).headers["ETag"]

    answer = Client().get(static(NAME), headers={"If-None-Match": etag})

    assert (answer.status_code, answer.content) == (304, b"")

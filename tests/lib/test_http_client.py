import logging
import socket
import traceback
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler
from io import BytesIO

import pytest

from lib.http import AnswerLost, AnswerTooLarge, Client, Multipart, NotSent, OriginRefused, read_json
from tests.lib.http_server import answer, hang_up, serving

SECRET = "token-that-nobody-may-read"


def test_it_returns_the_answer_whatever_its_status() -> None:
    with serving(lambda handler: answer(handler, b'{"ok": false}', status=400)) as origin:
        got = Client([origin]).call("GET", f"{origin}/x")

    assert (got.status, got.ok, got.json()) == (400, False, {"ok": False})


def test_it_calls_only_its_own_origins() -> None:
    client = Client(["https://graph.facebook.com"])

    for address in (
        "https://graph.facebook.com.evil.example/",
        "http://graph.facebook.com/",
        "https://graph.facebook.com:8443/",
    ):
        with pytest.raises(OriginRefused):
            client.call("GET", address)


def test_a_refused_connection_was_never_sent() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        origin = f"http://127.0.0.1:{taken.getsockname()[1]}"

        with pytest.raises(NotSent):
            Client([origin]).call("POST", f"{origin}/x", form={"a": "b"})


def test_an_unknown_name_was_never_sent() -> None:
    with pytest.raises(NotSent):
        Client(["http://nowhere.invalid"]).call("GET", "http://nowhere.invalid/")


def test_a_connection_closed_without_answer_is_a_lost_answer() -> None:
    with serving(hang_up) as origin, pytest.raises(AnswerLost):
        Client([origin]).call("POST", f"{origin}/x", form={"a": "b"})


def test_silence_is_a_lost_answer() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        origin = f"http://127.0.0.1:{silent.getsockname()[1]}"

        with pytest.raises(AnswerLost, match="in time"):
            Client([origin], answer_within=timedelta(seconds=0.1)).call("GET", f"{origin}/x")


def test_an_answer_cut_short_is_a_lost_answer() -> None:
    def promise_more(handler: BaseHTTPRequestHandler) -> None:
        answer(handler, b"half", Content_Length="100")
        handler.close_connection = True

    with serving(promise_more) as origin, pytest.raises(AnswerLost):
        Client([origin]).call("POST", f"{origin}/x")


def test_it_sends_once_after_a_server_error() -> None:
    seen: list[str] = []

    def fail(handler: BaseHTTPRequestHandler) -> None:
        seen.append(handler.path)
        answer(handler, b"", status=500)

    with serving(fail) as origin:
        assert Client([origin]).call("POST", f"{origin}/x").status == 500

    assert seen == ["/x"]


def test_it_follows_no_redirect() -> None:
    with serving(lambda handler: answer(handler, b"", status=302, Location="/elsewhere")) as origin:
        assert Client([origin]).call("GET", f"{origin}/x").status == 302


def test_it_stops_reading_a_long_answer() -> None:
    with serving(lambda handler: answer(handler, b"x" * 200_000)) as origin, pytest.raises(AnswerTooLarge):
        Client([origin], answer_max_bytes=100_000).call("GET", f"{origin}/x")


def test_it_keeps_no_cookie() -> None:
    cookies: list[str | None] = []

    def remember(handler: BaseHTTPRequestHandler) -> None:
        cookies.append(handler.headers.get("Cookie"))
        answer(handler, b"", Set_Cookie="a=b")

    with serving(remember) as origin:
        client = Client([origin])
        client.call("GET", f"{origin}/x")
        client.call("GET", f"{origin}/x")

    assert cookies == [None, None]


def test_it_keeps_the_connection() -> None:
    ports: set[int] = set()

    def remember(handler: BaseHTTPRequestHandler) -> None:
        ports.add(handler.client_address[1])
        answer(handler, b"{}")

    with serving(remember) as origin:
        client = Client([origin])
        for _ in range(3):
            client.call("GET", f"{origin}/x")

    assert len(ports) == 1


def test_no_secret_shows_in_errors_or_logs(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    headers = {"Authorization": f"Bearer {SECRET}"}

    with serving(lambda handler: answer(handler, SECRET.encode())) as origin:
        got = Client([origin]).call("GET", f"{origin}/x", params={"access_token": SECRET}, headers=headers)
    with serving(hang_up) as origin, pytest.raises(AnswerLost) as lost:
        Client([origin]).call("POST", f"{origin}/{SECRET}", form={"token": SECRET}, headers=headers)

    assert SECRET not in repr(got)
    assert SECRET not in caplog.text
    assert SECRET not in "".join(traceback.format_exception(lost.value))
    assert lost.value.__context__ is None


class Counting(BytesIO):
    """A file that remembers the largest piece anyone asked for."""

    largest = 0

    def read(self, size: int | None = -1, /) -> bytes:
        self.largest = max(self.largest, len(self.getbuffer()) if size is None or size < 0 else size)
        return super().read(size)


def test_a_file_is_streamed_in_small_pieces() -> None:
    received: list[bytes] = []

    def receive(handler: BaseHTTPRequestHandler) -> None:
        received.append(handler.rfile.read(int(handler.headers["Content-Length"])))
        answer(handler, b"{}")

    source = Counting(b"p" * 3_000_000)
    body = Multipart(
        fields={"caption": "Stollen à l’orange"},
        name="source",
        filename="p.jpg",
        content_type="image/jpeg",
        source=source,
        size_bytes=3_000_000,
    )
    with serving(receive) as origin:
        Client([origin]).call("POST", f"{origin}/x", stream=body, headers={"Content-Type": body.content_type})

    assert received[0].count(b"p" * 3_000_000) == 1
    assert "Stollen à l’orange".encode() in received[0]
    assert source.largest <= 65_536


def test_a_file_shorter_than_announced_is_not_sent_as_if_it_were_whole() -> None:
    body = Multipart(
        fields={}, name="source", filename="p", content_type="image/png", source=BytesIO(b"abc"), size_bytes=10
    )

    with pytest.raises(ValueError, match="7 bytes early"):
        b"".join(body)


@pytest.fixture(autouse=True)
def _own_log_filters() -> Iterator[None]:
    logger = logging.getLogger("urllib3.connectionpool")
    before = list(logger.filters)
    yield
    logger.filters[:] = before


def test_texts_of_an_answer_can_be_stored() -> None:
    body = rb'{"text": "cut \ud83d in two\u0000", "whole": ["\ud83d\ude00\n"], "number": 1}'

    with serving(lambda handler: answer(handler, body)) as origin:
        got = Client([origin]).call("GET", f"{origin}/x").json()

    assert got == {"text": "cut ? in two", "whole": ["\U0001f600\n"], "number": 1}


@pytest.mark.parametrize("body", [b'{"a": NaN}', b"[-Infinity]", b"[" * 100_000])
def test_what_the_database_could_not_keep_is_no_json(body: bytes) -> None:
    with pytest.raises(ValueError, match=r"JSON|deeply"):
        read_json(body)


def test_names_and_numbers_are_fit_to_be_stored_as_texts_are() -> None:
    assert read_json(rb'{"a\u0000b": "\ud83d", "far": 1e999}') == {"ab": "?", "far": None}

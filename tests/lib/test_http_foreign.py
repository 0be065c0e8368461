from http.server import BaseHTTPRequestHandler

import pytest

from lib.http import AnswerLost, AnswerTooLarge, ForeignRefused, fetch
from lib.http.foreign import is_public
from tests.lib.http_server import answer, serving

PICTURES = ("image/jpeg", "image/png")


@pytest.mark.parametrize(
    "ip",
    [
        "127.0.0.1",
        "10.0.0.1",
        "192.168.1.1",
        "172.16.0.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",
        "224.0.0.1",
        "::1",
        "fe80::1%eth0",
        "fc00::1",
        "::ffff:127.0.0.1",
        "2002:7f00:1::",
        "64:ff9b::7f00:1",
    ],
)
def test_addresses_inside_are_not_public(ip: str) -> None:
    assert not is_public(ip)


@pytest.mark.parametrize("ip", ["93.184.215.14", "2606:2800:21f:cb07:6820:80da:af6b:8b2c"])
def test_addresses_outside_are(ip: str) -> None:
    assert is_public(ip)


@pytest.mark.parametrize(
    "address",
    [
        "https://127.0.0.1/",
        "https://localhost/",
        "https://[::1]/",
        "https://169.254.169.254/latest/meta-data",
        "http://93.184.215.14/",
        "https://93.184.215.14:6379/",
        "https://alice:secret@93.184.215.14/",
        "file:///etc/passwd",
        "//93.184.215.14/",
    ],
)
def test_it_refuses_to_reach_inside(address: str) -> None:
    with pytest.raises(ForeignRefused):
        fetch(address, content_types=PICTURES, max_bytes=1000)


def test_an_allowed_origin_may_be_local() -> None:
    with serving(lambda handler: answer(handler, b"png", Content_Type="image/png; charset=x")) as origin:
        got = fetch(f"{origin}/a", content_types=PICTURES, max_bytes=1000, allowed_origins=[origin])

    assert (got.content_type, got.body) == ("image/png", b"png")


def test_a_redirect_is_judged_anew() -> None:
    with (
        serving(lambda handler: answer(handler, b"", status=302, Location="https://127.0.0.1/x")) as origin,
        pytest.raises(ForeignRefused),
    ):
        fetch(f"{origin}/a", content_types=PICTURES, max_bytes=1000, allowed_origins=[origin])


def test_it_ends_a_chase() -> None:
    with (
        serving(lambda handler: answer(handler, b"", status=302, Location="/again")) as origin,
        pytest.raises(AnswerLost, match="redirects"),
    ):
        fetch(f"{origin}/a", content_types=PICTURES, max_bytes=1000, allowed_origins=[origin])


def test_it_takes_no_other_type_and_nothing_too_long() -> None:
    def page(handler: BaseHTTPRequestHandler) -> None:
        answer(handler, b"<html>", Content_Type="text/html")

    with serving(page) as origin, pytest.raises(AnswerLost, match="text/html"):
        fetch(f"{origin}/a", content_types=PICTURES, max_bytes=1000, allowed_origins=[origin])
    with (
        serving(lambda handler: answer(handler, b"x" * 2000, Content_Type="image/png")) as origin,
        pytest.raises(AnswerTooLarge),
    ):
        fetch(f"{origin}/a", content_types=PICTURES, max_bytes=1000, allowed_origins=[origin])

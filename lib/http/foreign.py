"""Fetching from an address that somebody else gave us, without lending them our place in the network."""

import ipaddress
import socket
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from time import monotonic
from urllib.parse import SplitResult, urljoin, urlsplit

import urllib3
from urllib3.response import BaseHTTPResponse

from lib.http.client import origin_of
from lib.http.errors import AnswerLost, AnswerTooLarge, NotSent

REDIRECTS = 3
_REDIRECT_STATUSES = {301, 302, 303, 307, 308}


class ForeignRefused(NotSent):
    """The address is not one we fetch from: not https, with a password in it, or inside our own network."""


@dataclass(frozen=True, kw_only=True)
class Fetched:
    """Bytes from outside and the type their sender claims; look at the bytes before believing it."""

    content_type: str
    body: bytes = field(repr=False)


def fetch(
    address: str,
    *,
    content_types: Collection[str],
    max_bytes: int,
    within: timedelta = timedelta(seconds=10),
    allowed_origins: Collection[str] = (),
) -> Fetched:
    """Return what stands at an address given by a stranger.

    The name is resolved once, every one of its addresses must be public, and the connection goes to the address that
    was judged, so a name that changes its mind in between gains nothing. Each redirect is judged anew. An origin in
    ``allowed_origins`` (the local twins) may be plain http and private. Raises ForeignRefused, NotSent, AnswerLost.
    """
    origins = {origin_of(each) for each in allowed_origins}
    deadline = monotonic() + within.total_seconds()
    for _ in range(REDIRECTS + 1):
        target = _judged(address, origins)
        response = _get(target, address=address, seconds=max(deadline - monotonic(), 0.1))
        with response:
            if response.status in _REDIRECT_STATUSES:
                address = urljoin(address, response.headers.get("Location", ""))
                continue
            return _read(response, address, content_types=content_types, max_bytes=max_bytes, deadline=deadline)
    raise AnswerLost(f"GET {urlsplit(address).hostname}: more than {REDIRECTS} redirects")


@dataclass(frozen=True, kw_only=True)
class _Target:
    parts: SplitResult
    ip: str
    port: int


def _judged(address: str, origins: Collection[tuple[str, str, int]]) -> _Target:
    parts = urlsplit(address)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.username or parts.password:
        raise ForeignRefused(f"GET {parts.hostname}: not a plain web address")
    origin = origin_of(address)
    ips = _resolve(parts.hostname, origin[2])
    if origin in origins:
        return _Target(parts=parts, ip=ips[0], port=origin[2])
    if parts.scheme != "https" or origin[2] != 443:
        raise ForeignRefused(f"GET {parts.hostname}: only https on its own port")
    if not all(is_public(each) for each in ips):
        raise ForeignRefused(f"GET {parts.hostname}: not a public address")
    return _Target(parts=parts, ip=ips[0], port=443)


def _resolve(host: str, port: int) -> Sequence[str]:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError as error:
        raise NotSent(f"GET {host}: name not resolved") from error
    return [str(each[4][0]) for each in found]


def is_public(ip: str) -> bool:
    """Whether an address belongs to the open internet, also when an IPv4 address hides in an IPv6 one."""
    parsed = ipaddress.ip_address(ip.partition("%")[0])
    if isinstance(parsed, ipaddress.IPv6Address):
        inner = parsed.ipv4_mapped or parsed.sixtofour or (parsed.teredo or (None, None))[1]
        if inner is not None:
            return is_public(str(inner))
        if parsed in ipaddress.ip_network("64:ff9b::/96"):
            return is_public(str(ipaddress.IPv4Address(int(parsed) & 0xFFFFFFFF)))
    return parsed.is_global and not parsed.is_multicast


def _get(target: _Target, *, address: str, seconds: float) -> BaseHTTPResponse:
    path = target.parts.path or "/"
    if target.parts.query:
        path += "?" + target.parts.query
    timeout = urllib3.Timeout(connect=min(seconds, 5), read=seconds)
    pool: urllib3.HTTPConnectionPool
    if target.parts.scheme == "https":
        host = target.parts.hostname
        pool = urllib3.HTTPSConnectionPool(
            target.ip, target.port, timeout=timeout, server_hostname=host, assert_hostname=host
        )
    else:
        pool = urllib3.HTTPConnectionPool(target.ip, target.port, timeout=timeout)
    headers = {"Host": target.parts.netloc, "User-Agent": "Portevoix"}
    try:
        return pool.urlopen("GET", path, headers=headers, redirect=False, retries=False, preload_content=False)
    except urllib3.exceptions.HTTPError:
        failure = AnswerLost(f"GET {urlsplit(address).hostname}: no answer")
    raise failure


def _read(
    response: BaseHTTPResponse, address: str, *, content_types: Collection[str], max_bytes: int, deadline: float
) -> Fetched:
    host = urlsplit(address).hostname
    content_type = response.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    if response.status != 200 or content_type not in content_types:
        raise AnswerLost(f"GET {host}: {response.status} {content_type or 'without a type'}")
    body = bytearray()
    try:
        for piece in response.stream(65_536):
            body += piece
            if len(body) > max_bytes:
                raise AnswerTooLarge(f"GET {host}: longer than {max_bytes} bytes")
            if monotonic() > deadline:
                raise AnswerLost(f"GET {host}: too slow")
    except urllib3.exceptions.HTTPError:
        body.clear()
    if not body:
        raise AnswerLost(f"GET {host}: nothing usable came")
    return Fetched(content_type=content_type, body=bytes(body))

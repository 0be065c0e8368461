"""One guarded client for calls to hosts we chose."""

import json
import ssl
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from http.cookiejar import DefaultCookiePolicy
from math import isfinite
from typing import Any, Protocol
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3 import Retry
from urllib3.exceptions import ConnectTimeoutError, MaxRetryError, NewConnectionError

from lib.http.errors import AnswerLost, AnswerTooLarge, HttpError, NotSent, OriginRefused
from lib.http.redaction import silence_queries

CONNECT_WITHIN = timedelta(seconds=5)
ANSWER_WITHIN = timedelta(seconds=30)
ANSWER_MAX_BYTES = 4_000_000
CONNECTIONS = 32


class Stream(Protocol):
    """A body that is read piece by piece; ``len`` is its whole length in bytes."""

    @property
    def len(self) -> int: ...

    def read(self, size: int = -1, /) -> bytes: ...

    def __iter__(self) -> Iterator[bytes]: ...


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What came back. The body stays out of the representation: it may hold tokens or people's words."""

    status: int
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)

    @property
    def ok(self) -> bool:
        return 200 <= self.status < 300

    def json(self) -> Any:  # what a stranger sent can be anything
        """Return the body as JSON, its texts fit to be stored. Raises ValueError when it is not."""
        return read_json(self.body)


def read_json(body: bytes) -> Any:  # what a stranger sent can be anything
    """Return a body as JSON, its texts fit to be stored. Raises ValueError when it is not."""
    try:
        return _storable(json.loads(body, parse_constant=_no_number))
    except RecursionError:
        raise ValueError("nested too deeply") from None


def _no_number(name: str) -> Any:
    """Python reads NaN and Infinity, which are no JSON and cannot be stored as such."""
    raise ValueError(f"{name} is no JSON")


class Client:
    """A pool of connections to ``origins``, safe to share between threads, made once per process.

    Each call is made once: no retry, no redirect, no cookie, no proxy or password file from the environment.
    """

    def __init__(
        self,
        origins: Collection[str],
        *,
        connect_within: timedelta = CONNECT_WITHIN,
        answer_within: timedelta = ANSWER_WITHIN,
        answer_max_bytes: int = ANSWER_MAX_BYTES,
    ) -> None:
        silence_queries()
        self._origins = frozenset(origin_of(each) for each in origins)
        self._timeout = (connect_within.total_seconds(), answer_within.total_seconds())
        self._answer_max_bytes = answer_max_bytes
        self._session = _new_session()

    def call(
        self,
        method: str,
        address: str,
        *,
        headers: Mapping[str, str] | None = None,
        params: Mapping[str, str] | None = None,
        form: Mapping[str, str] | None = None,
        document: object = None,
        stream: Stream | None = None,
        answer_within: timedelta | None = None,
    ) -> Answer:
        """Send once and return the whole answer, whatever its status.

        ``form``, ``document`` (as JSON) and ``stream`` exclude each other. Raises NotSent or AnswerLost.
        """
        if origin_of(address) not in self._origins:
            raise OriginRefused(f"{method} {_host(address)}: not one of this client's origins")
        timeout = self._timeout if answer_within is None else (self._timeout[0], answer_within.total_seconds())
        try:
            response = self._session.request(
                method,
                address,
                headers=headers,
                params=params,
                data=form if stream is None else stream,
                json=document,
                timeout=timeout,
                allow_redirects=False,
                stream=True,
            )
            return self._read(response, method)
        except requests.RequestException as error:
            failure = _failure(error, f"{method} {_host(address)}")
        # Outside the handler: the library's exception carries the request, tokens included, and must not be chained.
        raise failure

    def _read(self, response: requests.Response, method: str) -> Answer:
        pieces, size = [], 0
        with response:
            for piece in response.iter_content(65_536):
                size += len(piece)
                if size > self._answer_max_bytes:
                    host = _host(response.url)
                    raise AnswerTooLarge(f"{method} {host}: answer longer than {self._answer_max_bytes} bytes")
                pieces.append(piece)
        return Answer(status=response.status_code, headers=response.headers, body=b"".join(pieces))


def _storable(value: Any) -> Any:
    """Replace what JSON may hold and PostgreSQL refuses: half of a surrogate pair (an emoji cut in two), and NUL."""
    if isinstance(value, str):
        return value if value.isprintable() else value.encode(errors="replace").decode().replace("\0", "")
    if isinstance(value, list):
        return [_storable(each) for each in value]
    if isinstance(value, dict):
        return {_storable(key): _storable(each) for key, each in value.items()}
    if isinstance(value, float) and not isfinite(value):  # written as 1e999
        return None
    return value


def origin_of(address: str) -> tuple[str, str, int]:
    """Return scheme, host and port, the port filled in."""
    parts = urlsplit(address)
    return parts.scheme, parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)


def _host(address: str) -> str:
    return urlsplit(address).hostname or "?"


def _new_session() -> requests.Session:
    session = requests.Session()
    session.trust_env = False
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    session.headers["User-Agent"] = "Portevoix"
    adapter = HTTPAdapter(pool_connections=4, pool_maxsize=CONNECTIONS, max_retries=Retry(0, read=False))
    session.mount("https://", adapter)
    session.mount("http://", adapter)
    return session


def _failure(error: requests.RequestException, what: str) -> HttpError:
    """Say whether the request may have reached the other side. In doubt it has."""
    if isinstance(error, requests.ConnectTimeout) or _happened_while_connecting(error):
        return NotSent(f"{what}: could not connect")
    if isinstance(error, requests.Timeout):
        return AnswerLost(f"{what}: no answer in time")
    return AnswerLost(f"{what}: {type(error).__name__}")


def _happened_while_connecting(error: requests.RequestException) -> bool:
    """Whether name, connection or certificate failed: before the first byte of the request left."""
    cause = error.args[0] if error.args else None
    if isinstance(cause, MaxRetryError):
        cause = cause.reason
    if isinstance(cause, NewConnectionError | ConnectTimeoutError):
        return True
    return isinstance(error, requests.exceptions.SSLError) and any(
        isinstance(each, ssl.SSLCertVerificationError) for each in getattr(cause, "args", ())
    )

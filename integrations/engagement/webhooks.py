"""A network's calls to us."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


class WebhookRefused(Exception):
    """A call that is not the network's: no signature, a wrong one, or a body that no network sends."""


@dataclass(frozen=True, kw_only=True)
class Arrived:
    """A webhook's request: headers by lower-case name, the query, and the body as it came, byte for byte."""

    headers: Mapping[str, str]
    query: Mapping[str, str] = field(default_factory=dict)
    body: bytes = field(default=b"", repr=False)


@dataclass(frozen=True, kw_only=True)
class Delivered:
    """One event out of a webhook's body: for which account, under which key it is recognised when it comes again.

    ``payload`` is the network's own JSON, kept as it came until it is read. ``access_ended`` names a person whose grant
    ended; such an event holds no message.
    """

    account_id: str
    key: str
    payload: Mapping[str, Any]
    access_ended: str = ""

"""The sandbox's own controls: what people outside do at the networks, and what time it is there."""

from datetime import datetime
from typing import Any

import requests

_SECONDS = 10


class Twins:
    """The running sandbox at an address."""

    def __init__(self, address: str) -> None:
        self._address = address
        self._session = requests.Session()

    def consent(self, network: str, **what: Any) -> str:
        """Let somebody allow what our app asks for, and return the code that comes back with them."""
        return str(self._tell("grant", network=network, **what)["code"])

    def write_by_hand(self, page: str, text: str) -> None:
        """Let somebody write on a Facebook page without us."""
        (token,) = self._tell("tokens", network="facebook", accounts=[page])["tokens"]
        form = {"message": text, "access_token": token["access_token"]}
        answer = self._session.post(
            f"{self._address}/graph.facebook.com/v26.0/{token['account']}/feed", data=form, timeout=_SECONDS
        )
        answer.raise_for_status()

    def withdraw(self, **whose: str) -> None:
        """Let somebody take our app's permission back."""
        self._tell("withdraw", reason="revoked", **whose)

    def fault(self, operation: str, fault: str) -> None:
        """Let the next call of an operation meet a fault."""
        self._tell("faults", operation=operation, fault=fault)

    def set_clock(self, now: datetime) -> None:
        self._tell("clock", set=now.timestamp())

    def real_clock(self) -> None:
        self._tell("clock", real=True)

    def _tell(self, what: str, **body: Any) -> dict[str, Any]:
        answer = self._session.post(f"{self._address}/_control/{what}", json=body, timeout=_SECONDS)
        answer.raise_for_status()
        told: dict[str, Any] = answer.json()
        return told

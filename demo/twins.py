"""The sandbox's own controls: what people outside do at the networks, and what time it is there."""

from collections.abc import Mapping
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

    def let_live(self, count: int) -> list[dict[str, str]]:
        """Let strangers do so many things now, and return what they did."""
        deeds: list[dict[str, str]] = self._tell("life/step", count=count)["deeds"]
        return deeds

    def live_on(self, *, per_minute: float) -> None:
        """Let strangers go on by themselves."""
        self._tell("life", on=True, per_minute=per_minute)

    def answer_by_hand(self, deed: Mapping[str, str], text: str) -> None:
        """Let the account's own people answer a stranger on the network's site, without us."""
        kind, on = ("message", deed["thread"]) if deed["thread"] else ("reply", deed["id"])
        self._tell(f"strangers/{kind}", network=deed["network"], on=on, text=text, **{"as": "itself"})

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

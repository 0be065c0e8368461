"""One call as the handlers see it: who asks, about which profile, which page of a list."""

import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from sandbox.calls import Call
from sandbox.networks._google.calls import Caller
from sandbox.networks.google_business import limits
from sandbox.networks.google_business.errors import (
    invalid_field,
    no_permission,
    not_found,
    not_in_good_standing,
    quota_exceeded,
)
from sandbox.networks.google_business.state import Account, BusinessState, Location

T = TypeVar("T")
PROJECT = "260000000001"


@dataclass(frozen=True, kw_only=True)
class Asking:
    """A call that may be made: the token lives and has the scope."""

    state: BusinessState
    call: Call
    caller: Caller

    @property
    def body(self) -> dict[str, Any]:
        """The JSON object that was sent."""
        if not isinstance(self.call.json, dict):
            raise invalid_field("body", "The request needs a JSON object.")
        return self.call.json

    def account(self, account_id: str) -> Account:
        """An account that the person is a member of."""
        account = self.state.accounts.find(account_id)
        if account is None:
            raise not_found()
        if self.caller.person.id not in account.roles:
            raise no_permission()
        return account

    def location(self, location_id: str) -> Location:
        """A profile that the person reaches, whichever account it stands in: the v1 dialect."""
        location = self.state.locations.find(location_id)
        if location is None:
            raise not_found()
        if not self.state.reaches(self.caller.person.id, location):
            raise no_permission()
        return location

    def profile(self, account_id: str, location_id: str) -> Location:
        """A profile in one account: the v4 dialect, which works for those in good standing only."""
        account = self.account(account_id)
        location = self.state.locations.find(location_id)
        if location is None or account.id not in location.account_ids:
            raise not_found()
        if location.standing != "good":
            raise not_in_good_standing()
        return location

    def count_edit(self, location: Location) -> None:
        """One more change of this profile within the minute. Raises 429."""
        if not self.state.world.settings.rate_limits:
            return
        if self.state.windows.count(f"edits:{location.id}", limits.EDITS_PER_MINUTE):
            raise quota_exceeded(self.call.host, limits.EDITS_PER_MINUTE, project=PROJECT, profile=True)

    def page(self, rows: Sequence[T], *, default: int, most: int) -> tuple[Sequence[T], dict[str, str]]:
        """The asked page of a list, and its `nextPageToken` where there is more."""
        size = self._size(default, most)
        start = self._start()
        more = {"nextPageToken": _token(start + size)} if start + size < len(rows) else {}
        return rows[start : start + size], more

    def _size(self, default: int, most: int) -> int:
        text = str(self._parameter("pageSize") or default)
        if not text.isdecimal():
            raise invalid_field("page_size", f"Invalid value {text!r}.")
        return min(int(text) or default, most)

    def _start(self) -> int:
        token = str(self._parameter("pageToken") or "")
        if not token:
            return 0
        try:
            return int(base64.urlsafe_b64decode(token).decode().removeprefix("at:"))
        except (ValueError, binascii.Error):
            raise invalid_field("page_token", "The page token is not valid.") from None

    def _parameter(self, name: str) -> object:
        sent = self.call.json if isinstance(self.call.json, dict) else {}
        return self.call.query.get(name) or sent.get(name)


def _token(start: int) -> str:
    return base64.urlsafe_b64encode(f"at:{start}".encode()).decode()

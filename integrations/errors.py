"""What can go wrong when we speak to a network, in our words.

    ProviderError
    ├── PermanentError       refused; asking again as it is would be refused again
    ├── TransientError       surely not done; may be tried again
    ├── RateLimited          surely not done; may be tried again after reset_at
    ├── AuthorisationLost    surely not done; the access is expired, withdrawn or too narrow
    └── OutcomeUnknown       sent, and no usable answer came: look before doing it again

An error carries a stable key and parameters, never a sentence and never the body of an answer: sentences are made
where a person reads them (``integrations.sentences``), in that person's language, and logs carry codes only.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import ClassVar


class Reach(StrEnum):
    """How far a trouble or a budget extends: what else would meet it too."""

    POST = "post"
    ACCOUNT = "account"
    GRANT = "grant"
    APP = "app"


@dataclass(eq=False, repr=False)
class ProviderError(Exception):
    """A network refused, failed or fell silent.

    ``status`` is the HTTP status (None when there was no answer), ``code`` and ``reason`` the network's own finer
    words (Meta's code and subcode, the last segment of X's problem type). ``detail`` is what the network itself
    wrote for its user, to be shown escaped below our sentence; it may hold a person's words, so it is kept with the
    row it concerns and never logged.
    """

    outcome: ClassVar[str]

    key: str
    network: str = field(kw_only=True)
    status: int | None = field(default=None, kw_only=True)
    code: str = field(default="", kw_only=True)
    reason: str = field(default="", kw_only=True)
    parameters: Mapping[str, str | int] = field(default_factory=dict, kw_only=True)
    detail: str = field(default="", kw_only=True)
    reach: Reach = field(default=Reach.POST, kw_only=True)

    def __str__(self) -> str:
        found = "/".join(part for part in (str(self.status or "no answer"), self.code, self.reason) if part)
        return f"{self.network} {found}: {self.key}"

    def __repr__(self) -> str:
        return f"{type(self).__name__}({str(self)!r})"

    def facts(self) -> dict[str, object]:
        """Return what a row may keep, ready for JSON; ``integrations.sentences.sentence`` reads key and parameters."""
        return {
            "outcome": self.outcome,
            "network": self.network,
            "status": self.status,
            "code": self.code,
            "reason": self.reason,
            "key": self.key,
            "parameters": dict(self.parameters),
            "detail": self.detail,
            "reach": self.reach.value,
        }


@dataclass(eq=False, repr=False)
class PermanentError(ProviderError):
    """The network refused, and would refuse again.

    ``look_first``: the network says that it already has the same thing. That hints at an earlier attempt of ours
    whose answer was lost, so look for it (``find_published``) before telling people that it failed. ``same_as`` is the
    id of what it has, where it names it (``find_named``).
    """

    outcome = "permanent"

    look_first: bool = field(default=False, kw_only=True)
    same_as: str = field(default="", kw_only=True)


@dataclass(eq=False, repr=False)
class TransientError(ProviderError):
    """Surely not done, and nobody's fault: try again, after ``retry_after`` where the network named a wait."""

    outcome = "transient"

    retry_after: timedelta | None = field(default=None, kw_only=True)


@dataclass(eq=False, repr=False)
class RateLimited(ProviderError):
    """Surely not done: a budget is used up. ``reset_at`` None: the network does not say when it fills again."""

    outcome = "rate_limited"

    reset_at: datetime | None = field(default=None, kw_only=True)


@dataclass(eq=False, repr=False)
class AuthorisationLost(ProviderError):
    """Surely not done: the token is not (or no longer) accepted for this.

    With ``refresh_may_help`` refresh once and try again; without it only a person can connect the account anew.
    """

    outcome = "authorisation_lost"

    refresh_may_help: bool = field(default=False, kw_only=True)


@dataclass(eq=False, repr=False)
class OutcomeUnknown(ProviderError):
    """Sent, and no usable answer came back: it may have been done. Never repeat it blindly, look first."""

    outcome = "outcome_unknown"

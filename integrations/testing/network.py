"""What the halves of the network in memory share: its tokens, its faults, its counters."""

import threading
from collections import Counter, deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from typing import TypeVar

from integrations.contract import Credentials, UsageSink, ignore_usage
from integrations.errors import AuthorisationLost, OutcomeUnknown, ProviderError, Reach, TransientError

_T = TypeVar("_T")

TOKEN_LIFE = timedelta(hours=2)
SCOPES = frozenset({"read", "write", "answer"})
IRREVERSIBLE = frozenset({"commit", "refresh", "reply", "follow_up"})


@dataclass(kw_only=True)
class _Fault:
    error: ProviderError
    done: bool


@dataclass(kw_only=True)
class MemoryNetwork:
    """``calls`` counts each method that would speak to a network."""

    key: str = "memory"
    usage: UsageSink = ignore_usage
    calls: Counter[str] = field(default_factory=Counter)

    _faults: dict[str, deque[_Fault]] = field(default_factory=dict)
    _live_access: set[str] = field(default_factory=set)
    _live_refresh: set[str] = field(default_factory=set)
    _numbers: Iterator[int] = field(default_factory=lambda: count(1))
    _lock: threading.RLock = field(default_factory=threading.RLock)

    # what a test arranges

    def fail_next(self, method: str, error: ProviderError, *, done: bool = False) -> None:
        """Make the next call of ``method`` raise; with ``done`` it takes effect all the same."""
        with self._lock:
            self._faults.setdefault(method, deque()).append(_Fault(error=error, done=done))

    def lose_answer(self, method: str, *, done: bool = True) -> None:
        """Make the next call of ``method`` go out and its answer vanish, after it took effect or before."""
        error: ProviderError = (
            OutcomeUnknown("no_answer", network=self.key)
            if method in IRREVERSIBLE
            else TransientError("unavailable", network=self.key)
        )
        self.fail_next(method, error, done=done)

    def withdraw_access(self) -> None:
        """Act as the person who removes the app: every token is dead."""
        with self._lock:
            self._live_access.clear()
            self._live_refresh.clear()

    def expire_access(self) -> None:
        """Let all access tokens run out; refresh tokens live on."""
        with self._lock:
            self._live_access.clear()

    def access(self, *, now: datetime) -> Credentials:
        """Return live credentials, as if somebody had just connected."""
        with self._lock:
            access, refresh = f"access-{next(self._numbers)}", f"refresh-{next(self._numbers)}"
            self._live_access.add(access)
            self._live_refresh.add(refresh)
        return Credentials(access_token=access, refresh_token=refresh, expires_at=now + TOKEN_LIFE, scopes=SCOPES)

    # inside

    def _call(self, method: str, act: Callable[[], _T]) -> _T:
        with self._lock:
            self.calls[method] += 1
            faults = self._faults.get(method)
            if not faults:
                return act()
            fault = faults.popleft()
            if fault.done:
                act()
            raise fault.error

    def _require(self, credentials: Credentials) -> None:
        if credentials.access_token not in self._live_access:
            raise AuthorisationLost(
                "access_expired", network=self.key, status=401, reach=Reach.GRANT, refresh_may_help=True
            )

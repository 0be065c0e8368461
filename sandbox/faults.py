"""Faults on request: which call goes wrong, how, and how often."""

import random
from dataclasses import dataclass, field
from typing import Literal, get_args

Kind = Literal[
    "lost_answer",  # carried out, then the connection is cut without an answer
    "lost_request",  # cut before anything is carried out
    "delay",  # `seconds` pass before it is carried out
    "status",  # the network's own 500, 502 or 503, in `status`
    "rate_limited",  # the network's throttling answer, over in `seconds`
    "revoked_token",  # the person withdrew the app: from now on every token of that grant is dead
    "expired_token",  # the token used has reached its end
    "slow_media",  # the file takes `seconds` more to be ready
    "media_failed",  # the network could not make sense of the file
    "duplicate",  # refused as a repetition
    "forbidden",  # refused: this account may not
    "malformed_answer",  # carried out, then half an answer that is no JSON
]
KINDS: tuple[Kind, ...] = get_args(Kind)
STATUSES = (500, 502, 503)


@dataclass(kw_only=True)
class Fault:
    """One standing order. `count` is what is left of it; None means always."""

    id: int
    operation: str
    kind: Kind
    count: int | None = 1
    probability: float = 1.0
    seed: int = 0
    seconds: float = 0.0
    status: int = 503
    carried_out: bool = False  # status: answer the error although the work was done
    account: str = ""  # only for this page or user
    fired: int = 0
    chance: random.Random = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self.chance = random.Random(self.seed)  # noqa: S311 a repeatable draw is the point

    def concerns(self, operation: str, account: str) -> bool:
        """`x.media` concerns x.media.append as well; an account, once given, must match."""
        if self.account and self.account != account:
            return False
        return self.operation == operation or operation.startswith(f"{self.operation}.")

    def strikes(self) -> bool:
        """Draw once; a strike uses up one of `count`."""
        if self.count == 0 or (self.probability < 1.0 and self.chance.random() >= self.probability):
            return False
        if self.count is not None:
            self.count -= 1
        self.fired += 1
        return True


class Faults:
    """All standing orders, oldest first."""

    def __init__(self) -> None:
        self._faults: list[Fault] = []
        self._next_id = 1

    def add(
        self,
        *,
        operation: str,
        kind: Kind,
        count: int | None = 1,
        probability: float = 1.0,
        seed: int = 0,
        seconds: float = 0.0,
        status: int = 503,
        carried_out: bool = False,
        account: str = "",
    ) -> Fault:
        fault = Fault(
            id=self._next_id,
            operation=operation,
            kind=kind,
            count=count,
            probability=probability,
            seed=seed,
            seconds=seconds,
            status=status,
            carried_out=carried_out,
            account=account,
        )
        self._next_id += 1
        self._faults.append(fault)
        return fault

    def take(self, operation: str, account: str) -> dict[Kind, Fault]:
        """The faults that strike this call, at most one of each kind."""
        struck: dict[Kind, Fault] = {}
        for fault in self._faults:
            if fault.kind not in struck and fault.concerns(operation, account) and fault.strikes():
                struck[fault.kind] = fault
        return struck

    def all(self) -> list[Fault]:
        return list(self._faults)

    def remove(self, fault_id: int) -> bool:
        before = len(self._faults)
        self._faults = [fault for fault in self._faults if fault.id != fault_id]
        return len(self._faults) < before

    def clear(self) -> None:
        self._faults.clear()

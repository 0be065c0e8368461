from collections import deque
from collections.abc import Collection
from dataclasses import dataclass, field
from secrets import token_hex

import pytest

from integrations.contract import Account, Credentials, Feature, GrantedAccess, UsageReport
from integrations.errors import (
    AuthorisationLost,
    OutcomeUnknown,
    PermanentError,
    ProviderError,
    RateLimited,
    TransientError,
)
from integrations.testing import InMemoryProvider
from tests.integrations.networks.contract import ProviderContract
from tests.integrations.networks.stage import Fault, Out, Stage, Step, now

METHODS = {
    Step.LIST: "list_presences",
    Step.DESCRIBE: "describe",
    Step.UPLOAD: "upload",
    Step.COMMIT: "commit",
    Step.LOOK: "find_published",
    Step.DELETE: "delete_published",
}
LOST = {Fault.LOST_REQUEST: False, Fault.LOST_ANSWER: True, Fault.MALFORMED_ANSWER: True, Fault.SERVER_ERROR: False}


@dataclass
class MemoryStage:
    reports: deque[UsageReport] = field(default_factory=deque)
    provider: InMemoryProvider = field(init=False)

    def __post_init__(self) -> None:
        self.provider = InMemoryProvider(usage=self.reports.append)
        self._exchange("used-up")

    def connect(self, features: Collection[Feature]) -> GrantedAccess:
        return self._exchange(token_hex(8))

    def _exchange(self, code: str) -> GrantedAccess:
        return self.provider.exchange_code(
            code=code, redirect_uri="", code_verifier="", features=[Feature.PUBLISH], now=now()
        )

    def account(self) -> Account:
        credentials = self.connect([Feature.PUBLISH]).credentials
        presence = next(self.provider.list_presences(credentials, now=now()))
        return Account(network_id=presence.network_id, credentials=credentials, handle=presence.handle)

    def grant_of(self, account: Account) -> Credentials:
        return account.credentials

    def out(self, account: Account) -> list[Out]:
        return [
            Out(network_id=each.network_id, text=each.text, media=each.media_count)
            for each in self.provider.posts.get(account.network_id, [])
        ]

    def uploads(self, account: Account) -> int:
        return self.provider.calls["upload"]

    def lose_refresh_answer(self) -> None:
        self.provider.lose_answer("refresh")

    def strike(self, step: Step, fault: Fault) -> None:
        if fault in LOST or fault is Fault.SERVER_ERROR_AFTER_ALL:
            self.provider.lose_answer(METHODS[step], done=LOST.get(fault, True))
        elif fault is Fault.REVOKED:
            self.provider.withdraw_access()
        else:
            self.provider.fail_next(METHODS[step], _error(fault))


def _error(fault: Fault) -> ProviderError:
    if fault is Fault.RATE_LIMITED:
        return RateLimited("rate_limited", network="memory", status=429)
    if fault is Fault.UNREACHABLE:
        return TransientError("unreachable", network="memory")
    return PermanentError("refused", network="memory", status=403, look_first=fault is Fault.DUPLICATE)


class TestMemory(ProviderContract):
    @pytest.fixture
    def stage(self) -> Stage:
        return MemoryStage()


def test_withdrawn_access_is_refused_until_somebody_connects_again() -> None:
    stage = MemoryStage()
    account = stage.account()
    stage.provider.withdraw_access()

    with pytest.raises(AuthorisationLost):
        stage.provider.describe(account, now=now())
    assert stage.provider.describe(stage.account(), now=now()).name == "Bakery"


def test_a_lost_answer_may_also_mean_that_nothing_was_done() -> None:
    stage = MemoryStage()
    stage.provider.lose_answer("refresh", done=False)
    credentials = stage.connect([Feature.PUBLISH]).credentials

    with pytest.raises(OutcomeUnknown):
        stage.provider.refresh(credentials, now=now())
    assert stage.provider.refresh(credentials, now=now()).access_token

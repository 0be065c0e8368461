from collections import deque
from collections.abc import Collection
from dataclasses import dataclass, field, replace
from datetime import timedelta
from secrets import token_hex

import pytest

from integrations.contract import Account, Composition, Credentials, Feature, GrantedAccess, Kind, UsageReport
from integrations.engagement import Arrived, Change, MessageKind, Target, WebhookRefused
from integrations.errors import (
    AuthorisationLost,
    OutcomeUnknown,
    PermanentError,
    ProviderError,
    RateLimited,
    TransientError,
)
from integrations.testing import InMemoryProvider
from integrations.testing.strangers import HANDSHAKE_TOKEN, signed
from tests.integrations.networks.asides import AsidesContract
from tests.integrations.networks.contract import AfterwardsContract, FaultContract, ProviderContract, compose, publish
from tests.integrations.networks.engaging import EngagingContract, EngagingFaultContract, EngagingStage, Said
from tests.integrations.networks.stage import AfterwardsStage, Fault, Out, Shelf, Stage, Step, now, picture

METHODS = {
    Step.LIST: "list_presences",
    Step.DESCRIBE: "describe",
    Step.UPLOAD: "upload",
    Step.COMMIT: "commit",
    Step.LOOK: "find_published",
    Step.DELETE: "delete_published",
    Step.FOLLOW_UP: "follow_up",
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

    def under(self, account: Account, network_id: str) -> list[str]:
        return self.provider.under.get(network_id, [])

    def uploads(self, account: Account) -> int:
        return self.provider.calls["upload"]

    def lose_refresh_answer(self) -> None:
        self.provider.lose_answer("refresh")

    def strike(self, step: Step, fault: Fault) -> None:
        self.strike_engaging(METHODS[step], fault)

    # strangers

    def post(self, account: Account) -> str:
        wanted = Composition(text=f"Fresh bread {token_hex(4)}")
        return self.provider.commit(account, wanted, {}, now=now()).network_id

    def comment(self, account: Account, post_id: str, text: str) -> None:
        self.provider.write(account.network_id, text, at=now(), thread_id=post_id)

    def mention(self, account: Account, text: str) -> None:
        self.provider.write(account.network_id, text, at=now(), kind=MessageKind.MENTION)

    def remove(self, account: Account, target: Target) -> None:
        self.provider.delete(target.message_id, at=now())

    def arrived(self, account: Account) -> list[Arrived]:
        return [self.provider.webhook()]

    def said(self, account: Account, post_id: str) -> list[Said]:
        return [
            Said(text=each.text, by_account=each.by_account, is_hidden=bool(each.is_hidden))
            for each in self.provider.messages.values()
            if each.thread_id == post_id
        ]

    def strike_engaging(self, method: str, fault: Fault) -> None:
        if fault in LOST or fault is Fault.SERVER_ERROR_AFTER_ALL:
            self.provider.lose_answer(method, done=LOST.get(fault, True))
        elif fault is Fault.REVOKED:
            self.provider.withdraw_access()
        else:
            self.provider.fail_next(method, _error(fault))


def _error(fault: Fault) -> ProviderError:
    if fault is Fault.RATE_LIMITED:
        return RateLimited("rate_limited", network="memory", status=429)
    if fault is Fault.UNREACHABLE:
        return TransientError("unreachable", network="memory")
    return PermanentError("refused", network="memory", status=403, look_first=fault is Fault.DUPLICATE)


class TestMemory(ProviderContract, FaultContract):
    @pytest.fixture
    def stage(self) -> Stage:
        return MemoryStage()


class TestMemoryAfterwards(AfterwardsContract):
    @pytest.fixture
    def stage(self) -> AfterwardsStage:
        return MemoryStage()

    def followed(self, stage: AfterwardsStage) -> list[tuple[Composition, int]]:
        text = compose(stage, Kind.TEXT)
        return [
            (replace(text, first_comment="Open from seven."), 1),
            (replace(compose(stage, Kind.VIDEO), cover=picture("red"), first_comment="Open from seven."), 2),
            (compose(stage, Kind.THREAD), 2),
        ]


class TestMemoryThatJudgesLate(ProviderContract):
    @pytest.fixture
    def stage(self) -> Stage:
        stage = MemoryStage()
        stage.provider.judges_later = 2
        return stage


class TestMemoryEngaging(EngagingContract, EngagingFaultContract, AsidesContract):
    @pytest.fixture
    def stage(self) -> EngagingStage:
        return MemoryStage()

    def is_blocked(self, stage: EngagingStage, author_id: str) -> bool:
        assert isinstance(stage, MemoryStage)
        return ("bakery", author_id) in stage.provider.blocked


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


def test_what_hides_edits_and_leaves_is_told() -> None:
    provider = MemoryStage().provider
    message = provider.write("bakery", "Stale!", at=now(), rating=1, kind=MessageKind.REVIEW)
    provider.edit(message.network_id, "Not that stale", at=now())
    provider.delete(message.network_id, at=now())
    provider.end_access("person-1")

    told = provider.read_webhook(provider.webhook())

    changes = [each.change for one in told for each in provider.read_event(one.payload, account_id="bakery")]
    assert changes == [Change.WRITTEN, Change.EDITED, Change.DELETED]
    assert [each.access_ended for each in told] == ["", "", "", "person-1"]
    assert provider.read_farewell(provider.farewell("person-1")) == "person-1"


def test_it_answers_a_handshake_with_the_right_word_only() -> None:
    provider = MemoryStage().provider

    asks = Arrived(headers={}, query={"challenge": "42", "token": HANDSHAKE_TOKEN})
    assert provider.answer_handshake(asks) == ("text/plain", "42")
    assert provider.answer_handshake(signed({"events": []})) is None
    with pytest.raises(WebhookRefused):
        provider.answer_handshake(Arrived(headers={}, query={"challenge": "42", "token": "guess"}))


def test_private_messages_are_answered_for_a_day() -> None:
    stage = MemoryStage()
    account = stage.account()
    asked = stage.provider.write(account.network_id, "Open today?", at=now(), kind=MessageKind.PRIVATE)

    stage.provider.reply(account, asked.target, "Until six.", now=now())
    with pytest.raises(PermanentError, match="reply_window_closed"):
        stage.provider.reply(account, asked.target, "And tomorrow too.", now=now() + timedelta(hours=25))


def test_a_verdict_comes_after_it_was_asked_for_often_enough() -> None:
    stage = MemoryStage()
    stage.provider.judges_later = 2
    account = stage.account()
    published = publish(stage, account, compose(stage, Kind.TEXT))

    assert not published.judged
    assert stage.provider.verdict(account, published.network_id, now=now()).ask_after
    assert stage.provider.verdict(account, published.network_id, now=now()).published


def test_a_refused_post_is_not_to_be_seen() -> None:
    stage = MemoryStage()
    stage.provider.judges_later = 1
    stage.provider.refuses = PermanentError("refused", network="memory")
    account = stage.account()
    published = publish(stage, account, compose(stage, Kind.TEXT))

    verdict = stage.provider.verdict(account, published.network_id, now=now())

    assert verdict.refused is stage.provider.refuses
    assert stage.out(account) == []


def test_files_without_an_address_are_refused_where_the_network_fetches_them() -> None:
    stage = MemoryStage()
    stage.provider.fetches_media = True
    wanted = compose(stage, Kind.IMAGE)

    with pytest.raises(PermanentError, match="address_missing"):
        stage.provider.prepare(stage.account(), wanted, {}, save=Shelf(), now=now())


def test_an_option_that_asks_has_the_choices_of_the_account() -> None:
    stage = MemoryStage()

    assert [each.name for each in stage.provider.choices(stage.account(), "album", now=now())] == ["Bread", "Cakes"]

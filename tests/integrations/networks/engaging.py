"""What every provider that listens must do, whatever the network: one class, run in memory and for each twin."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Protocol

import pytest

from integrations.contract import Account, Provider
from integrations.engagement import (
    Act,
    Arrived,
    Change,
    EngagingProvider,
    Incoming,
    IncomingMessage,
    MessageKind,
    Target,
    WebhookRefused,
)
from integrations.errors import (
    AuthorisationLost,
    OutcomeUnknown,
    PermanentError,
    RateLimited,
    TransientError,
)
from tests.integrations.networks.stage import Fault, now


class Talking(Provider, EngagingProvider, Protocol):
    """A provider that publishes, listens and answers."""


@dataclass(frozen=True, kw_only=True)
class Said:
    """One message as people see it on the network now."""

    text: str
    by_account: bool
    is_hidden: bool = False


class EngagingStage(Protocol):
    """One network with strangers on it."""

    @property
    def provider(self) -> Talking:
        """The provider under test, wired to this network."""
        ...

    def account(self) -> Account:
        """Connect and return the first presence as an account."""
        ...

    def post(self, account: Account) -> str:
        """Publish something to write under; return its id."""
        ...

    def comment(self, account: Account, post_id: str, text: str) -> None:
        """Let a stranger write under a post."""
        ...

    def mention(self, account: Account, text: str) -> None:
        """Let a stranger name the account in a post of their own."""
        ...

    def remove(self, account: Account, target: Target) -> None:
        """Let the stranger take a message away."""
        ...

    def arrived(self, account: Account) -> list[Arrived]:
        """Return the webhook requests that the network has sent for the account since the last time."""
        ...

    def said(self, account: Account, post_id: str) -> list[Said]:
        """Ask the network itself what stands under a post."""
        ...

    def strike_engaging(self, method: str, fault: Fault) -> None:
        """Make the next call of ``poll``, ``fetch_messages``, ``reply`` or ``act`` go wrong."""
        ...


def events(stage: EngagingStage, account: Account) -> list[Incoming]:
    """Read what came by webhook since the last time, as the intake does."""
    return [
        each
        for arrived in stage.arrived(account)
        for delivered in stage.provider.read_webhook(arrived)
        if delivered.account_id == account.network_id
        for each in stage.provider.read_event(delivered.payload, account_id=account.network_id)
    ]


def polled(
    stage: EngagingStage,
    account: Account,
    *,
    watched: Sequence[str] = (),
    cursor: dict[str, Any] | None = None,
    since: datetime | None = None,
) -> tuple[list[Incoming], dict[str, Any]]:
    """Poll to the end; return what came and the last cursor."""
    found: list[Incoming] = []
    reached = cursor or {}
    since = since or now() - timedelta(hours=1)
    for page in stage.provider.poll(account, cursor=reached, since=since, watched=watched, now=now()):
        found += page.incoming
        reached = dict(page.cursor)
    return found, reached


def commented(stage: EngagingStage, account: Account, text: str = "Do you have stollen?") -> IncomingMessage:
    """Let a stranger comment on a fresh post and return the message as polling brings it."""
    post_id = stage.post(account)
    stage.comment(account, post_id, text)
    found, _ = polled(stage, account, watched=[post_id])
    return next(each.message for each in found if each.message is not None and each.message.text.endswith(text))


def some_act(provider: EngagingProvider) -> Act:
    """Return what can be done about a stranger's comment and be done again."""
    offered = provider.acts(MessageKind.COMMENT)
    return next(each for each in (Act.HIDE, Act.LIKE) if each in offered)


class EngagingContract:
    """Subclasses give the ``stage`` fixture."""

    # what it says of itself

    def test_it_says_what_can_be_done(self, stage: EngagingStage) -> None:
        provider = stage.provider

        assert isinstance(provider, EngagingProvider)
        assert MessageKind.COMMENT in provider.kinds_of_message
        for kind in provider.kinds_of_message:
            assert Act.REPLY in provider.acts(kind)
            assert Act.DELETE not in provider.acts(kind) or kind is MessageKind.COMMENT
            assert provider.reply_limits(kind).text_max > 0
        assert Act.DELETE in provider.acts(MessageKind.COMMENT, by_account=True)
        assert provider.count_reply("Yes, from Friday.") == 17

    def test_its_terms_have_a_source(self, stage: EngagingStage) -> None:
        terms = stage.provider.content_terms

        assert terms.source
        assert datetime.fromisoformat(terms.read_on) < datetime.fromisoformat("2100-01-01")

    # what comes in

    def test_a_comment_is_the_same_by_webhook_and_by_polling(self, stage: EngagingStage) -> None:
        account = stage.account()
        stage.provider.subscribe(account, now=now())
        post_id = stage.post(account)
        events(stage, account)

        stage.comment(account, post_id, "Do you have stollen?")

        [told] = [each for each in events(stage, account) if each.message and not each.message.by_account]
        [seen] = {each.message_id: each for each in polled(stage, account, watched=[post_id])[0]}.values()
        assert told.change is seen.change is Change.WRITTEN
        assert told.message is not None
        assert seen.message is not None
        assert told.message.target == replace(seen.message.target, written_at=told.message.written_at)
        assert told.message.thread_id == post_id
        assert told.message.kind is MessageKind.COMMENT
        assert told.message.text.endswith("Do you have stollen?")
        assert told.message.author is not None
        assert told.message.author.network_id
        assert told.message.written_at is not None

    def test_a_mention_is_told_as_one(self, stage: EngagingStage) -> None:
        account = stage.account()
        stage.provider.subscribe(account, now=now())
        events(stage, account)

        stage.mention(account, "the best bread in town")

        [told] = events(stage, account)
        found = told.message
        assert found is not None
        if told.needs_fetch:
            found = stage.provider.fetch_messages(account, [found.target], now=now())[found.network_id]
        assert found is not None
        assert found.kind is MessageKind.MENTION
        assert "the best bread in town" in found.text
        polled_one = next(each for each in polled(stage, account)[0] if each.message_id == found.network_id)
        assert polled_one.message is not None
        assert polled_one.message.thread_id == found.thread_id

    def test_an_event_reads_the_same_however_often(self, stage: EngagingStage) -> None:
        account = stage.account()
        stage.provider.subscribe(account, now=now())
        post_id = stage.post(account)
        stage.comment(account, post_id, "Hello")
        requests = stage.arrived(account)

        once = [each for one in requests for each in stage.provider.read_webhook(one)]
        again = [each for one in requests for each in stage.provider.read_webhook(one)]

        assert once
        assert [each.key for each in once] == [each.key for each in again]
        assert len({each.key for each in once}) == len(once)

    def test_a_request_with_a_wrong_signature_is_refused(self, stage: EngagingStage) -> None:
        account = stage.account()
        stage.provider.subscribe(account, now=now())
        stage.comment(account, stage.post(account), "Hello")
        [genuine, *_] = stage.arrived(account)

        for forged in (
            replace(genuine, body=genuine.body + b" "),
            replace(genuine, headers={}),
            replace(genuine, headers={key: value[:-2] + "00" for key, value in genuine.headers.items()}),
        ):
            with pytest.raises(WebhookRefused):
                stage.provider.read_webhook(forged)

    def test_polling_again_brings_what_is_new(self, stage: EngagingStage) -> None:
        account = stage.account()
        post_id = stage.post(account)
        stage.comment(account, post_id, "One")
        _, cursor = polled(stage, account, watched=[post_id])
        stage.comment(account, post_id, "Two")

        found, cursor = polled(stage, account, watched=[post_id], cursor=cursor)

        assert any(each.message is not None and each.message.text.endswith("Two") for each in found)
        assert any(
            each.message is not None and each.message.text.endswith("Two")
            for each in polled(stage, account, watched=[post_id], cursor=cursor)[0]
        )  # pages overlap: what became visible late is not lost

    def test_a_first_poll_reaches_as_far_back_as_asked(self, stage: EngagingStage) -> None:
        account = stage.account()
        post_id = stage.post(account)
        stage.comment(account, post_id, "Before")

        assert polled(stage, account, watched=[post_id], since=now() + timedelta(minutes=1))[0] == []

    def test_a_message_that_was_removed_is_gone(self, stage: EngagingStage) -> None:
        account = stage.account()
        message = commented(stage, account)
        asked = stage.provider.fetch_messages(account, [message.target], now=now())
        stage.remove(account, message.target)

        gone = stage.provider.fetch_messages(account, [message.target], now=now())

        assert asked[message.network_id] is not None
        assert asked[message.network_id].target == message.target  # type: ignore[union-attr]
        assert gone == {message.network_id: None}

    # what goes out

    def test_a_reply_stands_under_what_it_answers(self, stage: EngagingStage) -> None:
        account = stage.account()
        stage.provider.subscribe(account, now=now())
        message = commented(stage, account)
        events(stage, account)

        sent = stage.provider.reply(account, message.target, "Yes, from Friday.", now=now())

        shown = [each for each in stage.said(account, message.thread_id) if each.by_account]
        assert len(shown) == 1
        assert shown[0].text.endswith("Yes, from Friday.")
        echoes = [*events(stage, account), *polled(stage, account, watched=[message.thread_id])[0]]
        mine = [each.message for each in echoes if each.message_id == sent.network_id]
        assert mine
        assert all(each is not None and each.by_account and each.answers_id == message.network_id for each in mine)

    def test_a_reply_never_changes_what_it_answers(self, stage: EngagingStage) -> None:
        account = stage.account()
        message = commented(stage, account)

        stage.provider.reply(account, message.target, "Yes, from Friday.", now=now())

        theirs = [each for each in stage.said(account, message.thread_id) if not each.by_account]
        assert [each.text.endswith("Do you have stollen?") for each in theirs] == [True]

    @pytest.mark.parametrize("fault", [Fault.LOST_ANSWER, Fault.MALFORMED_ANSWER, Fault.SERVER_ERROR_AFTER_ALL])
    def test_a_reply_whose_answer_was_lost_is_found(self, stage: EngagingStage, fault: Fault) -> None:
        account = stage.account()
        message, since = commented(stage, account), now()
        stage.strike_engaging("reply", fault)
        with pytest.raises(OutcomeUnknown):
            stage.provider.reply(account, message.target, "Yes, from Friday.", now=now())

        findings = stage.provider.find_reply(account, message.target, "Yes, from Friday.", since=since, now=now())

        assert findings.published is not None
        assert len([each for each in stage.said(account, message.thread_id) if each.by_account]) == 1
        known = [findings.published.network_id]
        again = stage.provider.find_reply(
            account, message.target, "Yes, from Friday.", since=since, known=known, now=now()
        )
        assert again.published is None

    def test_a_reply_that_never_arrived_is_not_found(self, stage: EngagingStage) -> None:
        account = stage.account()
        message, since = commented(stage, account), now()
        stage.strike_engaging("reply", Fault.LOST_REQUEST)
        with pytest.raises(OutcomeUnknown):
            stage.provider.reply(account, message.target, "Yes, from Friday.", now=now())

        findings = stage.provider.find_reply(account, message.target, "Yes, from Friday.", since=since, now=now())

        assert (findings.published, findings.candidates, findings.covered) == (None, (), True)

    def test_a_reply_to_nothing_is_refused(self, stage: EngagingStage) -> None:
        account = stage.account()
        message = commented(stage, account)
        stage.remove(account, message.target)

        with pytest.raises(PermanentError):
            stage.provider.reply(account, message.target, "Yes, from Friday.", now=now())

    def test_it_hides_and_shows(self, stage: EngagingStage) -> None:
        if Act.HIDE not in stage.provider.acts(MessageKind.COMMENT):
            pytest.skip("this network hides nothing")
        account = stage.account()
        message = commented(stage, account)

        for act, hidden in ((Act.HIDE, True), (Act.HIDE, True), (Act.SHOW, False), (Act.SHOW, False)):
            stage.provider.act(account, act, message.target, now=now())
            assert [each.is_hidden for each in stage.said(account, message.thread_id)] == [hidden]

    def test_it_deletes_its_own_and_again(self, stage: EngagingStage) -> None:
        account = stage.account()
        message = commented(stage, account)
        sent = stage.provider.reply(account, message.target, "Oops", now=now())
        mine = replace(message.target, message_id=sent.network_id, author_id=account.network_id)

        stage.provider.act(account, Act.DELETE, mine, now=now())
        stage.provider.act(account, Act.DELETE, mine, now=now())

        assert [each.by_account for each in stage.said(account, message.thread_id)] == [False]

    def test_it_likes_and_takes_that_back(self, stage: EngagingStage) -> None:
        if Act.LIKE not in stage.provider.acts(MessageKind.COMMENT):
            pytest.skip("this network likes nothing")
        account = stage.account()
        message = commented(stage, account)

        for act in (Act.LIKE, Act.LIKE, Act.UNLIKE, Act.UNLIKE):
            stage.provider.act(account, act, message.target, now=now())

    def test_acting_on_what_is_gone_is_an_error(self, stage: EngagingStage) -> None:
        account = stage.account()
        message = commented(stage, account)
        stage.remove(account, message.target)

        with pytest.raises(PermanentError):
            stage.provider.act(account, some_act(stage.provider), message.target, now=now())

    # being told

    def test_it_subscribes_once_and_ends_it(self, stage: EngagingStage) -> None:
        account = stage.account()
        assert not stage.provider.is_subscribed(account, now=now())

        stage.provider.subscribe(account, now=now())
        stage.provider.subscribe(account, now=now())
        assert stage.provider.is_subscribed(account, now=now())

        stage.provider.unsubscribe(account, now=now())
        stage.provider.unsubscribe(account, now=now())
        assert not stage.provider.is_subscribed(account, now=now())


class EngagingFaultContract:
    """How it tells faults apart, for the provider in memory: the twins play every fault there is in tests/faults."""

    @pytest.mark.parametrize("method", ["poll", "fetch_messages", "act"])
    @pytest.mark.parametrize(
        ("fault", "error"),
        [
            (Fault.LOST_ANSWER, TransientError),
            (Fault.SERVER_ERROR, TransientError),
            (Fault.RATE_LIMITED, RateLimited),
            (Fault.REVOKED, AuthorisationLost),
        ],
    )
    def test_faults_are_told_apart(
        self, stage: EngagingStage, method: str, fault: Fault, error: type[Exception]
    ) -> None:
        account = stage.account()
        message = commented(stage, account)
        stage.strike_engaging(method, fault)

        with pytest.raises(error) as raised:
            match method:
                case "poll":
                    polled(stage, account, watched=[message.thread_id])
                case "fetch_messages":
                    stage.provider.fetch_messages(account, [message.target], now=now())
                case _:
                    stage.provider.act(account, some_act(stage.provider), message.target, now=now())
        assert account.credentials.access_token not in f"{raised.value} {raised.value!r}"

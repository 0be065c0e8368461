"""Direct messages and quotes on X, against the twin."""

import pytest

from integrations.engagement import Act, Change, MessageKind
from integrations.errors import OutcomeUnknown, PermanentError
from integrations.networks.x import private
from integrations.networks.x.messages import Around
from tests.integrations.networks.ear import Ear
from tests.integrations.networks.engaging import events, polled
from tests.integrations.networks.sandbox import Sandbox
from tests.integrations.networks.stage import Fault, now
from tests.integrations.networks.twins import FAULTS, XStage


@pytest.fixture
def stage(sandbox: Sandbox, ear: Ear) -> XStage:
    return XStage(sandbox, ear)


def test_a_direct_message_is_the_same_by_webhook_and_by_polling(stage: XStage, sandbox: Sandbox) -> None:
    account = stage.account()
    stage.provider.subscribe(account, now=now())
    made = sandbox.control("strangers/message", network="x", account=account.network_id, text="Open on Sunday?")

    [told] = events(stage, account)
    [seen] = polled(stage, account)[0]

    assert told.change is seen.change is Change.WRITTEN
    assert told.message is not None
    assert seen.message is not None
    assert told.message.target == seen.message.target
    assert told.message.kind is MessageKind.PRIVATE
    assert told.message.thread_id == made["author"]
    assert told.message.text == seen.message.text == "Open on Sunday?"
    assert told.message.author is not None
    assert told.message.author.name == made["author_name"]


def test_a_direct_message_is_answered_and_the_echo_is_known(stage: XStage, sandbox: Sandbox) -> None:
    account = stage.account()
    stage.provider.subscribe(account, now=now())
    sandbox.control("strangers/message", network="x", account=account.network_id, text="Open on Sunday?")
    [told] = events(stage, account)
    assert told.message is not None

    sent = stage.provider.reply(account, told.message.target, "From seven", now=now())

    echoes = [*events(stage, account), *polled(stage, account)[0]]
    mine = [each.message for each in echoes if each.message_id == sent.network_id]
    assert [each.by_account for each in mine if each] == [True, True]
    assert {each.thread_id for each in mine if each} == {told.message.thread_id}


@pytest.mark.parametrize("fault", [Fault.LOST_ANSWER, Fault.LOST_REQUEST])
def test_an_answer_whose_confirmation_was_lost_is_looked_for(stage: XStage, sandbox: Sandbox, fault: Fault) -> None:
    account, since = stage.account(), now()
    sandbox.control("strangers/message", network="x", account=account.network_id, text="Open on Sunday?")
    [seen] = polled(stage, account)[0]
    assert seen.message is not None
    target = seen.message.target
    sandbox.control("faults", operation="x.messages.send", **FAULTS[fault])
    with pytest.raises(OutcomeUnknown):
        stage.provider.reply(account, target, "From seven", now=now())

    findings = stage.provider.find_reply(account, target, "From seven", since=since, now=now())

    assert (findings.published is not None) == (fault is Fault.LOST_ANSWER)
    assert findings.covered


def test_who_closed_their_messages_is_not_written_to(stage: XStage, sandbox: Sandbox) -> None:
    account = stage.account()
    stranger = sandbox.ask("strangers")["x"][0]["id"]
    target = private.from_answer(
        {"id": "1", "sender_id": stranger, "dm_conversation_id": f"{account.network_id}-{stranger}"},
        around=Around(),
        account_id=account.network_id,
    )
    assert target is not None

    with pytest.raises(PermanentError, match="x_messages_closed"):
        stage.provider.reply(account, target.target, "Hello", now=now())


def test_a_group_is_nobodys_thread() -> None:
    event = {"id": "1", "sender_id": "9", "dm_conversation_id": "1580000000000000000"}

    assert private.from_answer(event, around=Around(), account_id="7") is None


def test_direct_messages_can_be_answered_only(stage: XStage) -> None:
    assert stage.provider.acts(MessageKind.PRIVATE) == {Act.REPLY}
    assert stage.provider.acts(MessageKind.PRIVATE, by_account=True) == frozenset()
    assert stage.provider.content_terms.lease_of(MessageKind.PRIVATE) is None
    assert stage.provider.content_terms.lease_of(MessageKind.COMMENT) is not None


def test_without_the_setting_there_are_none(sandbox: Sandbox) -> None:
    stage = XStage(sandbox, messages=False)
    account = stage.account()
    sandbox.control("strangers/message", network="x", account=account.network_id, text="Open on Sunday?")

    assert MessageKind.PRIVATE not in stage.provider.kinds_of_message
    assert polled(stage, account)[0] == []
    assert sandbox.calls("x.messages.list") == []


def test_a_quote_is_a_mention_by_webhook_and_by_polling(stage: XStage, sandbox: Sandbox) -> None:
    account = stage.account()
    stage.provider.subscribe(account, now=now())
    post_id = stage.post(account)
    events(stage, account)

    made = sandbox.control("strangers/quote", network="x", on=post_id, text="Best rye in town")

    [told] = events(stage, account)
    [seen] = [each for each in polled(stage, account, watched=[post_id])[0] if each.message_id == made["id"]]
    assert told.message is not None
    assert seen.message is not None
    assert told.message.kind is seen.message.kind is MessageKind.MENTION
    assert told.message.target == seen.message.target
    assert told.message.thread_id == made["id"]
    assert seen.message.text.startswith("Best rye in town https://twitter.com/")
    assert stage.provider.reply(account, seen.message.target, "Thank you", now=now()).network_id


def test_what_the_account_posts_itself_is_no_message_to_it(stage: XStage, sandbox: Sandbox) -> None:
    sandbox.control("settings", enterprise=True)
    account = stage.account()
    post_id = stage.post(account)
    own = {"text": "Again", "quote_tweet_id": post_id}
    stage.provider._client.create_post(account.credentials.access_token, own, subject=account.network_id)

    assert polled(stage, account, watched=[post_id])[0] == []

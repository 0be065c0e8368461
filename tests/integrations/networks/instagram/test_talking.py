"""What Instagram does differently in the inbox: mentions, hidden comments, private messages; and its figures."""

from collections.abc import Collection
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from integrations.contract import Account, Feature, Kind
from integrations.engagement import Act, Change, Incoming, IncomingMessage, MessageKind
from integrations.errors import OutcomeUnknown, PermanentError
from integrations.insights import MeasuringProvider
from integrations.networks.instagram.engaging import ToldBy
from tests.hosting import Shelf
from tests.integrations.networks.ear import Ear
from tests.integrations.networks.engaging import commented, events, polled
from tests.integrations.networks.instagram.stage import InstagramStage
from tests.integrations.networks.sandbox import Sandbox
from tests.integrations.networks.stage import Fault, now
from tests.integrations.networks.twins import FAULTS, FacebookStage

DAY = timedelta(days=1)


@pytest.fixture
def stage(sandbox: Sandbox, ear: Ear, shelf: Shelf) -> InstagramStage:
    return InstagramStage(sandbox, ear, shelf)


def stranger(stage: InstagramStage, kind: str, **body: Any) -> dict[str, Any]:
    return stage.sandbox.control(f"strangers/{kind}", network="instagram", **body)


def of_kind(found: Collection[Incoming], kind: MessageKind) -> list[IncomingMessage]:
    return [each.message for each in found if each.message is not None and each.message.kind is kind]


def fetched(stage: InstagramStage, account: Account, message: IncomingMessage) -> IncomingMessage:
    found = stage.provider.fetch_messages(account, [message.target], now=now())[message.network_id]
    assert found is not None
    return found


# comments


def test_a_hidden_comment_is_seen_as_such_and_takes_no_answer(stage: InstagramStage) -> None:
    account = stage.account()
    message = commented(stage, account)
    stage.provider.act(account, Act.HIDE, message.target, now=now())

    [seen] = of_kind(polled(stage, account, watched=[message.thread_id])[0], MessageKind.COMMENT)

    assert seen.is_hidden is True
    assert seen.acts == frozenset({Act.SHOW, Act.DELETE})
    with pytest.raises(PermanentError):
        stage.provider.reply(account, message.target, "Yes", now=now())


def test_a_reply_to_a_reply_is_found_under_the_comment_on_top(stage: InstagramStage) -> None:
    account = stage.account()
    message = commented(stage, account)
    theirs = stranger(stage, "reply", on=message.network_id, text="Me too")
    found = of_kind(polled(stage, account, watched=[message.thread_id])[0], MessageKind.COMMENT)
    target = next(each.target for each in found if each.network_id == theirs["id"])
    since = now()
    stage.strike_engaging("reply", Fault.LOST_ANSWER)
    with pytest.raises(OutcomeUnknown):
        stage.provider.reply(account, target, "Both of you", now=now())

    findings = stage.provider.find_reply(account, target, "Both of you", since=since, now=now())

    assert findings.published is not None


def test_a_strangers_comment_may_be_deleted_and_liked_by_nobody(stage: InstagramStage) -> None:
    account = stage.account()
    message = commented(stage, account)

    stage.provider.act(account, Act.DELETE, message.target, now=now())

    assert stage.said(account, message.thread_id) == []
    with pytest.raises(PermanentError, match="act_not_offered"):
        stage.provider.act(account, Act.LIKE, message.target, now=now())


def test_a_deletion_that_nobody_tells_is_noticed_when_fetched(stage: InstagramStage) -> None:
    account = stage.account()
    stage.provider.subscribe(account, now=now())
    message = commented(stage, account)
    events(stage, account)

    stage.remove(account, message.target)

    assert events(stage, account) == []
    assert stage.provider.fetch_messages(account, [message.target], now=now()) == {message.network_id: None}


def test_many_comments_are_looked_at_again_by_their_list_and_what_it_leaves_out_by_itself(
    stage: InstagramStage,
) -> None:
    account = stage.account()
    first = commented(stage, account)
    for number in range(4):
        stage.comment(account, first.thread_id, f"Number {number}")
    stranger(stage, "reply", on=first.network_id, text="Me too")
    targets = [
        each.target for each in of_kind(polled(stage, account, watched=[first.thread_id])[0], MessageKind.COMMENT)
    ]
    gone = next(each for each in targets if each.message_id != first.network_id)
    stage.remove(account, gone)
    before = {name: len(stage.sandbox.calls(f"instagram.comment.{name}")) for name in ("list", "read")}

    found = stage.provider.fetch_messages(account, targets, now=now())

    assert {each for each, message in found.items() if message is None} == {gone.message_id}
    assert len(found) == 6
    after = {name: len(stage.sandbox.calls(f"instagram.comment.{name}")) for name in ("list", "read")}
    assert {name: after[name] - before[name] for name in after} == {"list": 1, "read": 1}
    assert stage.provider.revisits.at_once >= len(targets)


def test_a_lost_access_is_not_the_end_of_every_message(stage: InstagramStage) -> None:
    account = stage.account()
    message = commented(stage, account)
    unseen = replace(account, network_id="17841400000000102")
    stage.remove(account, message.target)

    with pytest.raises(PermanentError):  # the account itself is not shown either: nothing counts as gone
        stage.provider.fetch_messages(unseen, [message.target], now=now())


def test_new_replies_under_known_comments_are_read(stage: InstagramStage) -> None:
    account = stage.account()
    message = commented(stage, account, "One")
    stranger(stage, "comment", on=message.thread_id, text="Two")
    _, cursor = polled(stage, account, watched=[message.thread_id])
    late = stranger(stage, "reply", on=message.network_id, text="Late")

    found, _ = polled(stage, account, watched=[message.thread_id], cursor=cursor)

    assert late["id"] in {each.message_id for each in found}


# mentions


def test_a_mention_in_a_comment_is_fetched_and_answered_there(stage: InstagramStage) -> None:
    account = stage.account()
    stage.provider.subscribe(account, now=now())
    picture = stranger(stage, "mention", account=account.network_id)
    comment = stranger(stage, "mention", account=account.network_id, on=picture["id"], text="do you see this?")
    told = next(each for each in events(stage, account) if each.message_id == comment["id"])
    assert told.needs_fetch
    assert told.message is not None
    message = fetched(stage, account, told.message)

    sent = stage.provider.reply(account, message.target, "We do", now=now())

    assert (message.thread_id, message.text) == (picture["id"], "@hartleyandrye do you see this?")
    [answer] = stage.sandbox.ask("answered")["answers"]
    assert (answer["id"], answer["on"], answer["text"]) == (sent.network_id, comment["id"], "We do")


@pytest.mark.parametrize("in_comment", [False, True])
def test_an_answer_to_a_mention_whose_answer_was_lost_is_found(stage: InstagramStage, in_comment: bool) -> None:
    account, since = stage.account(), now()
    made = stranger(stage, "mention", account=account.network_id)
    [message] = of_kind(polled(stage, account)[0], MessageKind.MENTION)
    target = message.target
    if in_comment:
        comment = stranger(stage, "mention", account=account.network_id, on=made["id"])
        target = replace(target, message_id=comment["id"])
    stage.sandbox.control("faults", operation="instagram.mention.answer", **FAULTS[Fault.LOST_ANSWER])
    with pytest.raises(OutcomeUnknown):
        stage.provider.reply(account, target, "Thank you", now=now())

    findings = stage.provider.find_reply(account, target, "Thank you", since=since, now=now())
    other = stage.provider.find_reply(account, target, "Something else", since=since, now=now())

    assert findings.published is not None
    assert other.published is None


def test_a_picture_that_only_tags_the_account_takes_no_answer(stage: InstagramStage) -> None:
    account = stage.account()
    stranger(stage, "mention", account=account.network_id)
    renamed = replace(account, handle="another.name")

    [message] = of_kind(polled(stage, renamed)[0], MessageKind.MENTION)

    assert message.acts == frozenset()
    assert message.author is not None
    assert message.author.handle


# private messages


def test_a_message_is_the_same_by_webhook_and_by_polling_and_is_answered(stage: InstagramStage) -> None:
    account = stage.account()
    stage.provider.subscribe(account, now=now())
    stranger(stage, "message", account=account.network_id, text="Open on Sunday?")

    [told] = of_kind(events(stage, account), MessageKind.PRIVATE)
    [seen] = of_kind(polled(stage, account)[0], MessageKind.PRIVATE)
    sent = stage.provider.reply(account, told.target, "Until one.", now=now())

    assert replace(seen.target, written_at=None) == replace(told.target, written_at=None)
    assert seen.author is not None
    assert seen.author.handle
    [echo] = of_kind(events(stage, account), MessageKind.PRIVATE)
    assert (echo.network_id, echo.by_account, echo.thread_id) == (sent.network_id, True, told.thread_id)


def test_a_message_sent_without_answer_is_found(stage: InstagramStage) -> None:
    account, since = stage.account(), now()
    stranger(stage, "message", account=account.network_id)
    [message] = of_kind(polled(stage, account)[0], MessageKind.PRIVATE)
    stage.sandbox.control("faults", operation="instagram.message.send", **FAULTS[Fault.LOST_ANSWER])
    with pytest.raises(OutcomeUnknown):
        stage.provider.reply(account, message.target, "Yes", now=now())

    findings = stage.provider.find_reply(account, message.target, "Yes", since=since, now=now())

    assert findings.published is not None


def test_after_a_day_only_an_approved_app_answers(sandbox: Sandbox, ear: Ear, shelf: Shelf) -> None:
    plain = InstagramStage(sandbox, ear, shelf)
    account = plain.account()
    stranger(plain, "message", account=account.network_id)
    [message] = of_kind(polled(plain, account)[0], MessageKind.PRIVATE)
    approved = InstagramStage(sandbox, ear, shelf, options={"human_agent": True})
    sandbox.control("clock", move=2 * DAY.total_seconds())

    with pytest.raises(PermanentError) as raised:
        plain.provider.reply(account, message.target, "Sorry", now=now() + 2 * DAY)
    sent = approved.provider.reply(account, message.target, "Sorry", now=now() + 2 * DAY)

    assert raised.value.key == "reply_window_closed"
    assert sent.network_id
    assert plain.provider.reply_limits(MessageKind.PRIVATE).window == DAY
    assert approved.provider.reply_limits(MessageKind.PRIVATE).window == 7 * DAY
    sandbox.control("clock", real=True)


def test_a_message_that_was_taken_back_is_told(stage: InstagramStage) -> None:
    account = stage.account()
    stage.provider.subscribe(account, now=now())
    made = stranger(stage, "message", account=account.network_id)
    events(stage, account)

    stranger(stage, "delete", id=made["id"])

    [told] = events(stage, account)
    assert (told.change, told.message_id) == (Change.DELETED, made["id"])


def test_without_the_feature_private_messages_are_not_read(stage: InstagramStage) -> None:
    account = replace(stage.account(), features=frozenset({Feature.ENGAGE}))

    polled(stage, account)

    assert stage.sandbox.calls("instagram.conversations") == []


# being told


def test_leaving_one_product_leaves_the_other_told(sandbox: Sandbox, ear: Ear, shelf: Shelf) -> None:
    facebook, instagram = FacebookStage(sandbox, ear), InstagramStage(sandbox, ear, shelf)
    page, account = facebook.account(), instagram.account()
    facebook.provider.subscribe(page, now=now())
    instagram.provider.subscribe(account, now=now())

    facebook.provider.unsubscribe(page, now=now())
    assert instagram.provider.is_subscribed(account, now=now())
    facebook.provider.subscribe(page, now=now())
    instagram.provider.unsubscribe(account, now=now())

    assert facebook.provider.is_subscribed(page, now=now())
    assert not instagram.provider.is_subscribed(account, now=now())


def test_an_account_s_own_subscription_is_the_other_way(sandbox: Sandbox, ear: Ear, shelf: Shelf) -> None:
    sandbox.control("settings", instagram_told_by="account")
    stage = InstagramStage(sandbox, ear, shelf, options={"told_by": ToldBy.ACCOUNT})
    account = stage.account()
    assert not stage.provider.is_subscribed(account, now=now())

    stage.provider.subscribe(account, now=now())
    stage.comment(account, stage.post(account), "Told this way too")

    assert stage.provider.is_subscribed(account, now=now())
    assert [each.text for each in of_kind(events(stage, account), MessageKind.COMMENT)] == ["Told this way too"]
    stage.provider.unsubscribe(account, now=now())
    assert not stage.provider.is_subscribed(account, now=now())


# figures


def test_an_account_s_days_and_followers_are_told(stage: InstagramStage) -> None:
    account, today = stage.account(), now().date()

    found = list(stage.provider.measure_account(account, since=today - timedelta(days=3), until=today, now=now()))

    assert isinstance(stage.provider, MeasuringProvider)
    metrics = {each.metric for each in found}
    assert {"reach", "views", "engagements", "saves", "followers_gained", "followers"} <= metrics
    assert metrics <= stage.provider.account_metrics
    assert len({(each.metric, each.day) for each in found}) == len(found)
    assert [each.value for each in found if each.metric == "followers"] == [18_240]
    assert all(each.day < today for each in found if each.metric == "reach")


def test_a_metric_that_is_refused_is_left_out_alone(stage: InstagramStage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("integrations.networks.instagram.measuring.TOTALS", ("reach", "impressions", "likes"))
    account, today = stage.account(), now().date()

    found = list(stage.provider.measure_account(account, since=today - timedelta(days=4), until=today, now=now()))

    assert {"reach", "likes"} <= {each.metric for each in found}
    assert "impressions" not in {each.metric for each in found}
    refused = [each for each in stage.sandbox.calls("instagram.insights") if each["status"] == 400]
    assert len(refused) == 2  # all together, then the one alone: later days ask for it no more


def test_media_are_measured_by_what_they_are(stage: InstagramStage) -> None:
    account = stage.account()
    picture = stage.post(account)
    story = stage.publish(account, stage.compose(Kind.STORY)).network_id
    gone = stage.post(account)
    stranger(stage, "like", on=picture)
    stage.comment(account, picture, "Nice")
    stage.provider.delete_published(account, gone, now=now())

    found = stage.provider.measure_posts(account, [picture, story, gone], now=now())

    assert (found[picture].values["likes"], found[picture].values["comments"]) == (1, 1)
    assert set(found[picture].values) <= stage.provider.post_metrics
    assert story not in found  # fewer than five have seen it
    assert found[gone].gone

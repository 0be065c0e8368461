"""Polling X within its rules and money: against the twin, over real HTTP."""

from datetime import timedelta
from typing import Any

import pytest

from integrations.engagement import Act, MessageKind
from integrations.errors import PermanentError
from integrations.networks.x import limits
from tests.integrations.networks.engaging import commented, polled
from tests.integrations.networks.sandbox import Sandbox
from tests.integrations.networks.stage import now
from tests.integrations.networks.twins import XStage


@pytest.fixture
def stage(sandbox: Sandbox) -> XStage:
    return XStage(sandbox)


def test_a_scan_that_was_stopped_goes_on_where_it_stood(stage: XStage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("integrations.networks.x.client.POSTS_A_PAGE", 5)
    account = stage.account()
    for number in range(12):
        stage.mention(account, f"number {number}")
    pages = stage.provider.poll(account, cursor={}, since=now() - timedelta(hours=1), watched=(), now=now())
    first = next(pages)
    stage.mention(account, "meanwhile")

    rest, cursor = polled(stage, account, cursor=dict(first.cursor))
    later, _ = polled(stage, account, cursor=cursor)

    assert len(first.incoming) == 5
    assert len({each.message_id for each in (*first.incoming, *rest)}) == 12
    assert any(each.message is not None and "meanwhile" in each.message.text for each in later)


def test_many_conversations_are_searched_together(stage: XStage, sandbox: Sandbox) -> None:
    account = stage.account()
    posts = [stage.post(account) for _ in range(limits.CONVERSATIONS_A_QUERY + 1)]
    stage.comment(account, posts[0], "First")
    stage.comment(account, posts[-1], "Last")
    before = len(sandbox.calls("x.search"))

    found, cursor = polled(stage, account, watched=posts)

    assert len(sandbox.calls("x.search")) - before == 2
    assert {each.message.thread_id for each in found if each.message} == {posts[0], posts[-1]}
    assert set(cursor["conversations"]) == set(posts)


def test_conversations_no_longer_watched_leave_the_cursor(stage: XStage) -> None:
    account = stage.account()
    first, second = stage.post(account), stage.post(account)
    _, cursor = polled(stage, account, watched=[first, second])

    _, cursor = polled(stage, account, watched=[second], cursor=cursor)

    assert set(cursor["conversations"]) == {second}


def test_search_never_asks_further_back_than_x_takes(stage: XStage) -> None:
    account = stage.account()
    post_id = stage.post(account)

    polled(stage, account, watched=[post_id], since=now() - timedelta(days=400))  # X would refuse


def test_a_deep_reply_is_a_comment_of_the_thread(stage: XStage, sandbox: Sandbox) -> None:
    account = stage.account()
    message = commented(stage, account)
    sandbox.control("strangers/reply", network="x", on=message.network_id, text="I wonder too")

    found, _ = polled(stage, account, watched=[message.thread_id])

    deep: list[Any] = [each.message for each in found if each.message and "wonder" in each.message.text]
    assert {(each.kind, each.thread_id, each.answers_id) for each in deep if each.acts is None} == {
        (MessageKind.COMMENT, message.thread_id, message.network_id)
    }


def test_an_answer_to_somebody_who_did_not_mention_us_is_refused_with_its_own_sentence(
    stage: XStage, sandbox: Sandbox
) -> None:
    sandbox.control("settings", replies_count_as_summons=False)
    account = stage.account()
    message = commented(stage, account)

    with pytest.raises(PermanentError, match="x_not_summoned"):
        stage.provider.reply(account, message.target, "Yes", now=now())


def test_likes_are_not_offered_without_a_contract(stage: XStage) -> None:
    account = stage.account()
    message = commented(stage, account)

    assert Act.LIKE not in stage.provider.acts(MessageKind.COMMENT)
    with pytest.raises(PermanentError, match="act_not_offered"):
        stage.provider.act(account, Act.LIKE, message.target, now=now())


def test_with_an_enterprise_contract_it_likes(sandbox: Sandbox) -> None:
    sandbox.control("settings", enterprise=True)
    stage = XStage(sandbox, enterprise=True)
    account = stage.account()
    message = commented(stage, account)

    for act in (Act.LIKE, Act.LIKE, Act.UNLIKE, Act.UNLIKE):
        stage.provider.act(account, act, message.target, now=now())

    assert len(sandbox.calls("x.like")) >= 4

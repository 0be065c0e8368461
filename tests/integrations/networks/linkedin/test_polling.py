from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from integrations.contract import Account
from integrations.engagement import Act, Change, MessageKind
from integrations.errors import PermanentError
from tests.integrations.networks.engaging import commented, polled
from tests.integrations.networks.linkedin.stage import LinkedInStage
from tests.integrations.networks.sandbox import Sandbox
from tests.integrations.networks.stage import now


@pytest.fixture
def stage(sandbox: Sandbox) -> LinkedInStage:
    return LinkedInStage(sandbox)


def later(stage: LinkedInStage, account: Account, watched: list[str], cursor: dict[str, Any]) -> list[Any]:
    """Poll as ten minutes later: past the overlap."""
    moment = now() + timedelta(minutes=10)
    found: list[Any] = []
    for page in stage.provider.poll(account, cursor=cursor, since=now(), watched=watched, now=moment):
        found += page.incoming
    return found


def test_posts_without_news_are_not_read_again(stage: LinkedInStage, sandbox: Sandbox) -> None:
    account = stage.account()
    quiet, lively = stage.post(account), stage.post(account)
    stage.comment(account, lively, "One")
    stage.comment(account, quiet, "Two")
    _, cursor = polled(stage, account, watched=[quiet, lively])
    before = len(sandbox.calls("linkedin.comments.list"))
    stage.comment(account, lively, "Three")

    found = later(stage, account, [quiet, lively], cursor)

    assert len(sandbox.calls("linkedin.comments.list")) - before == 1
    assert "Three" in {each.message.text for each in found if each.message}


def test_answers_to_comments_are_read_where_their_number_changed(stage: LinkedInStage, sandbox: Sandbox) -> None:
    account = stage.account()
    message = commented(stage, account)
    sandbox.control("strangers/reply", network="linkedin", on=message.network_id, text="Me too")

    found, _ = polled(stage, account, watched=[message.thread_id])

    reply = next(each.message for each in found if each.message is not None and each.message.text == "Me too")
    assert reply.answers_id == message.network_id


def test_an_answer_to_an_answer_stands_under_the_same_comment(stage: LinkedInStage, sandbox: Sandbox) -> None:
    account = stage.account()
    message = commented(stage, account)
    deed = sandbox.control("strangers/reply", network="linkedin", on=message.network_id, text="Me too")

    sent = stage.provider.reply(account, replace(message.target, message_id=deed["id"]), "You too.", now=now())

    found, _ = polled(stage, account, watched=[message.thread_id])
    mine = next(each.message for each in found if each.message_id == sent.network_id)
    assert mine is not None
    assert mine.answers_id == message.network_id


def test_edits_and_deletions_are_noticed(stage: LinkedInStage, sandbox: Sandbox) -> None:
    account = stage.account()
    message = commented(stage, account)
    other = commented(stage, account, "Gone soon")
    sandbox.control("strangers/edit", network="linkedin", id=message.network_id, text="Changed")
    sandbox.control("strangers/delete", network="linkedin", id=other.network_id)

    found, _ = polled(stage, account, watched=[message.thread_id])

    changes = {(each.change, each.message_id) for each in found}
    assert (Change.EDITED, message.network_id) in changes
    assert (Change.DELETED, other.network_id) in changes


def test_under_a_mention_only_our_words_and_answers_to_them_concern_us(stage: LinkedInStage, sandbox: Sandbox) -> None:
    account = stage.account()
    stage.mention(account, "the best bread in town")
    found, cursor = polled(stage, account)
    [mention] = [each.message for each in found if each.message is not None]
    sandbox.control("strangers/comment", network="linkedin", on=mention.network_id, text="Between ourselves")
    sent = stage.provider.reply(account, mention.target, "Thank you!", now=now())
    sandbox.control("strangers/reply", network="linkedin", on=sent.network_id, text="Welcome")

    under, _ = polled(stage, account, watched=[mention.network_id], cursor=cursor)

    texts = {
        each.message.text: each.message.kind for each in under if each.message and "bread" not in each.message.text
    }
    assert texts == {"Thank you!": MessageKind.MENTION, "Welcome": MessageKind.MENTION}


def test_an_app_in_development_reads_each_post(sandbox: Sandbox) -> None:
    stage = LinkedInStage(
        sandbox, app=("other-linkedin-client", "other-linkedin-secret"), options={"development": True, "openid": True}
    )
    account = stage.account()
    post_id = stage.post(account)
    stage.comment(account, post_id, "Hello")

    found, _ = polled(stage, account, watched=[post_id])

    assert [each.message.text for each in found if each.message] == ["Hello"]
    assert sandbox.calls("linkedin.social_actions.batch") == []


def test_a_page_that_is_not_administered_is_read_without_notifications(stage: LinkedInStage, sandbox: Sandbox) -> None:
    account = stage.account()
    post_id = stage.post(account)
    stage.comment(account, post_id, "Hello")
    plain = replace(account, details={**account.details, "administrator": ""})

    found, _ = polled(stage, plain, watched=[post_id])

    assert [each.message.text for each in found if each.message] == ["Hello"]
    assert sandbox.calls("linkedin.notifications") == []


def test_deleting_what_others_wrote_is_offered_only_where_the_operator_says_so(sandbox: Sandbox) -> None:
    plain = LinkedInStage(sandbox)
    account = plain.account()
    message = commented(plain, account)
    with pytest.raises(PermanentError, match="act_not_offered"):
        plain.provider.act(account, Act.DELETE, message.target, now=now())
    sandbox.control("settings", linkedin_admins_delete=True)
    allowed = LinkedInStage(sandbox, options={"deletes_comments": True})

    allowed.provider.act(allowed.account(), Act.DELETE, message.target, now=now())

    assert plain.said(account, message.thread_id) == []
    assert Act.HIDE not in allowed.provider.acts(MessageKind.COMMENT)

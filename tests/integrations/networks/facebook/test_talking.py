"""Reviews, private messages and subscriptions of a page: against the twin, over real HTTP."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from integrations.contract import Account, Feature
from integrations.engagement import Act, Change, IncomingMessage, MessageKind
from integrations.errors import OutcomeUnknown, PermanentError
from integrations.networks._shared.meta import messenger
from tests.integrations.networks.ear import Ear
from tests.integrations.networks.engaging import commented, events, polled
from tests.integrations.networks.sandbox import Sandbox
from tests.integrations.networks.stage import Fault, now
from tests.integrations.networks.twins import FAULTS, FacebookStage


@pytest.fixture
def stage(sandbox: Sandbox, ear: Ear) -> FacebookStage:
    return FacebookStage(sandbox, ear)


def stranger(stage: FacebookStage, deed: str, account: Account, **more: object) -> dict[str, Any]:
    """Let a stranger do something; return what the sandbox says of it."""
    return stage.sandbox.control(f"strangers/{deed}", network="facebook", account=account.network_id, **more)


def found(stage: FacebookStage, account: Account, kind: MessageKind) -> list[IncomingMessage]:
    return [each.message for each in polled(stage, account)[0] if each.message and each.message.kind is kind]


def pages_told(sandbox: Sandbox) -> list[Mapping[str, Any]]:
    told: list[Mapping[str, Any]] = sandbox.ask("webhooks")["targets"]["facebook"]["pages"]
    return told


# private messages


def test_a_private_message_is_the_same_by_both_ways_and_answered(stage: FacebookStage) -> None:
    account = stage.account()
    stage.provider.subscribe(account, now=now())
    stranger(stage, "message", account, text="Open today?")

    [told] = events(stage, account)
    [seen] = found(stage, account, MessageKind.PRIVATE)
    sent = stage.provider.reply(account, seen.target, "Until six.", now=now())

    assert told.message is not None
    assert (told.message_id, told.message.thread_id) == (seen.network_id, seen.thread_id)
    assert (seen.text, seen.by_account) == ("Open today?", False)
    [echo] = events(stage, account)
    assert echo.message is not None
    assert (echo.message_id, echo.message.by_account) == (sent.network_id, True)
    assert echo.message.thread_id == seen.thread_id
    mine = [each for each in found(stage, account, MessageKind.PRIVATE) if each.by_account]
    assert [(each.network_id, each.text) for each in mine] == [(sent.network_id, "Until six.")]


def test_a_private_message_is_edited_and_taken_back(stage: FacebookStage) -> None:
    account = stage.account()
    stage.provider.subscribe(account, now=now())
    written = stranger(stage, "message", account, text="Open today?")
    events(stage, account)

    stage.sandbox.control("strangers/edit", network="facebook", id=written["id"], text="Open tomorrow?")
    stage.sandbox.control("strangers/delete", network="facebook", id=written["id"])

    edited, gone = sorted(events(stage, account), key=lambda each: each.change is Change.DELETED)
    assert edited.change is Change.EDITED
    assert edited.message is not None
    assert edited.message.text == "Open tomorrow?"
    assert (gone.change, gone.message_id) == (Change.DELETED, edited.message_id)


def test_after_a_day_the_window_is_closed_with_its_own_sentence(stage: FacebookStage) -> None:
    account = stage.account()
    stranger(stage, "message", account, text="Open today?")
    [asked] = found(stage, account, MessageKind.PRIVATE)
    stage.sandbox.control("clock", move=25 * 3600)

    with pytest.raises(PermanentError, match="reply_window_closed") as raised:
        stage.provider.reply(account, asked.target, "Until six.", now=now() + timedelta(hours=25))

    assert raised.value.parameters == {"allowed": 24}


def test_an_approved_app_says_that_a_person_answers_late(stage: FacebookStage) -> None:
    stage.provider._human_agent = True
    account = stage.account()
    stranger(stage, "message", account, text="Open today?")
    [asked] = found(stage, account, MessageKind.PRIVATE)
    stage.http.sent.clear()

    in_time = stage.provider.reply(account, asked.target, "Until six.", now=now())
    late = messenger.form(asked.target, "Sorry", human_agent=True, now=now() + timedelta(days=2))

    [form] = [rest["form"] for _, path, rest in stage.http.sent if path.endswith("/messages")]
    assert in_time.network_id
    assert form["messaging_type"] == "RESPONSE"
    assert (late["messaging_type"], late["tag"]) == ("MESSAGE_TAG", "HUMAN_AGENT")
    assert stage.provider.reply_limits(MessageKind.PRIVATE).window == timedelta(days=7)


def test_a_private_reply_whose_answer_was_lost_is_found(stage: FacebookStage) -> None:
    account = stage.account()
    stranger(stage, "message", account, text="Open today?")
    [asked] = found(stage, account, MessageKind.PRIVATE)
    since = now()
    stage.sandbox.control("faults", operation="facebook.message.send", **FAULTS[Fault.LOST_ANSWER])
    with pytest.raises(OutcomeUnknown):
        stage.provider.reply(account, asked.target, "Until six.", now=now())

    findings = stage.provider.find_reply(account, asked.target, "Until six.", since=since, now=now())

    assert findings.published is not None
    assert stage.provider.find_reply(account, asked.target, "Other words", since=since, now=now()).published is None


def test_what_was_not_granted_is_not_asked_for(stage: FacebookStage) -> None:
    account = replace(stage.account(), features=frozenset({Feature.ENGAGE}))
    stranger(stage, "message", account, text="Open today?")

    assert found(stage, account, MessageKind.PRIVATE) == []
    assert stage.sandbox.calls("facebook.conversations") == []
    stage.provider.subscribe(account, now=now())
    assert [sorted(each["fields"]) for each in pages_told(stage.sandbox)] == [["feed", "mention", "ratings"]]


# reviews and visits


def test_a_review_is_answered_under_its_story(stage: FacebookStage) -> None:
    account = stage.account()
    stage.provider.subscribe(account, now=now())
    stranger(stage, "review", account, text="Dry bread", recommends=False)

    [told] = events(stage, account)
    [seen] = found(stage, account, MessageKind.REVIEW)
    sent = stage.provider.reply(account, seen.target, "We are sorry.", now=now())

    assert told.message is not None
    assert told.message_id == seen.network_id
    assert (told.message.rating, seen.rating, seen.text) == (1, 1, "Dry bread")
    answer = next(each.message for each in events(stage, account) if each.message_id == sent.network_id)
    assert answer is not None
    assert (answer.by_account, answer.thread_id) == (True, seen.thread_id)


def test_a_changed_review_is_an_edit_of_the_same(stage: FacebookStage) -> None:
    account = stage.account()
    stage.provider.subscribe(account, now=now())
    written = stranger(stage, "review", account, text="Dry bread", recommends=False)
    events(stage, account)

    stage.sandbox.control("strangers/edit", network="facebook", id=written["id"], text="Better now")

    [told] = events(stage, account)
    assert told.message is not None
    assert (told.change, told.message_id, told.message.text) == (Change.EDITED, written["id"], "Better now")


def test_what_stands_on_the_wall_arrives_and_is_answered(stage: FacebookStage) -> None:
    account = stage.account()
    stage.provider.subscribe(account, now=now())
    stranger(stage, "visit", account, text="Lovely shop")

    [told] = events(stage, account)
    [seen] = [each for each in found(stage, account, MessageKind.MENTION) if each.text == "Lovely shop"]
    stage.provider.reply(account, seen.target, "Thank you!", now=now())

    assert told.message is not None
    assert told.message.target == seen.target


# comments


def test_a_comment_is_edited_hidden_shown_and_removed_there(stage: FacebookStage) -> None:
    account = stage.account()
    stage.provider.subscribe(account, now=now())
    message = commented(stage, account)
    events(stage, account)

    stage.sandbox.control("strangers/edit", network="facebook", id=message.network_id, text="Do you have any?")
    assert [each.change for each in events(stage, account)] == [Change.EDITED]
    for act, change in ((Act.HIDE, Change.HIDDEN), (Act.SHOW, Change.SHOWN), (Act.DELETE, Change.DELETED)):
        stage.provider.act(account, act, message.target, now=now())
        assert [(each.change, each.message_id) for each in events(stage, account)] == [(change, message.network_id)]


def test_many_comments_are_looked_at_again_by_their_list_and_what_it_leaves_out_by_itself(stage: FacebookStage) -> None:
    account = stage.account()
    first = commented(stage, account)
    for number in range(4):
        stage.comment(account, first.thread_id, f"Number {number}")
    stage.sandbox.control("strangers/reply", network="facebook", on=first.network_id, text="Me too")
    targets = [each.message.target for each in polled(stage, account, watched=[first.thread_id])[0] if each.message]
    gone = targets[-2]
    stage.remove(account, gone)
    lists = len(stage.sandbox.calls("facebook.comment.list"))

    found = stage.provider.fetch_messages(account, targets, now=now())

    assert {each for each, message in found.items() if message is None} == {gone.message_id}
    assert len(found) == 6
    assert len(stage.sandbox.calls("facebook.comment.list")) == lists + 1
    assert len(stage.sandbox.calls("facebook.comment.read")) == 0
    assert stage.provider.revisits.at_once >= len(targets)


def test_a_stranger_is_liked_and_liked_no_more(stage: FacebookStage) -> None:
    account = stage.account()
    message = commented(stage, account)

    for act in (Act.LIKE, Act.LIKE, Act.UNLIKE, Act.UNLIKE):
        stage.provider.act(account, act, message.target, now=now())

    assert len(stage.sandbox.calls("facebook.like")) == 4


def test_our_own_is_neither_hidden_nor_liked(stage: FacebookStage) -> None:
    account = stage.account()
    message = commented(stage, account)
    mine = replace(message.target, author_id=account.network_id)

    for act in (Act.HIDE, Act.LIKE, Act.REPLY):
        with pytest.raises(PermanentError, match="act_not_offered"):
            stage.provider.act(account, act, mine, now=now())


def test_a_reply_to_a_reply_lands_under_the_comment_on_top_and_is_found(stage: FacebookStage) -> None:
    account = stage.account()
    message, since = commented(stage, account), now()
    stage.sandbox.control("strangers/reply", network="facebook", on=message.network_id, text="Me too")
    found_ones, _ = polled(stage, account, watched=[message.thread_id])
    [deeper] = [each.message for each in found_ones if each.message and each.message.text == "Me too"]

    sent = stage.provider.reply(account, deeper.target, "From Friday.", now=now())

    findings = stage.provider.find_reply(account, deeper.target, "From Friday.", since=since, now=now())
    assert deeper.answers_id == message.network_id
    assert findings.published is not None
    assert findings.published.network_id == sent.network_id


def test_many_comments_are_read_page_by_page_oldest_first(
    stage: FacebookStage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("integrations.networks.facebook.client.MESSAGES_A_PAGE", 5)
    account = stage.account()
    post_id = stage.post(account)
    for number in range(12):
        stage.comment(account, post_id, f"Number {number}")

    pages = list(
        stage.provider.poll(account, cursor={}, since=now() - timedelta(hours=1), watched=[post_id], now=now())
    )

    assert [len(each.incoming) for each in pages] == [5, 5, 2]
    texts = [one.message.text for each in pages for one in each.incoming if one.message]
    assert texts == [f"Number {number}" for number in range(12)]
    assert all(post_id in each.cursor for each in pages)


# being told


def test_what_is_told_already_stays_told(stage: FacebookStage) -> None:
    account = stage.account()
    stage.provider._client.subscribe_page(
        account.credentials.access_token, account.network_id, fields=["messaging_postbacks"], now=now()
    )

    stage.provider.subscribe(account, now=now())

    [told] = pages_told(stage.sandbox)
    assert set(told["fields"]) == {
        "feed", "mention", "ratings", "messages", "message_echoes", "message_edits", "messaging_postbacks",
    }  # fmt: skip


def test_an_address_that_does_not_know_our_word_is_refused(stage: FacebookStage) -> None:
    account = stage.account()
    assert stage.ear is not None
    stage.ear.answer = lambda arrived: None

    with pytest.raises(PermanentError, match="webhook_refused"):
        stage.provider.subscribe(account, now=now())


def test_without_a_word_of_our_own_only_the_page_is_subscribed(sandbox: Sandbox) -> None:
    stage = FacebookStage(sandbox)
    account = stage.account()

    stage.provider.subscribe(account, now=now())

    assert stage.provider.is_subscribed(account, now=now())
    assert sandbox.ask("webhooks")["targets"]["facebook"]["apps"] == []

"""Reviews: the same pushed and polled, answered once, and gone when they are gone."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from integrations.contract import Account
from integrations.engagement import Act, Arrived, Change, EngagingProvider, Incoming, MessageKind, WebhookRefused
from integrations.engagement.incoming import IncomingMessage
from integrations.errors import OutcomeUnknown, PermanentError
from tests.integrations.networks.google_business.stage import CAMILLE, BusinessStage
from tests.integrations.networks.stage import Fault, now


def polled(
    stage: BusinessStage, account: Account, *, cursor: dict[str, Any] | None = None, since: datetime | None = None
) -> tuple[list[Incoming], dict[str, Any]]:
    found: list[Incoming] = []
    reached = cursor or {}
    since = since or now() - timedelta(hours=1)
    for page in stage.provider.poll(account, cursor=reached, since=since, watched=(), now=now()):
        found += page.incoming
        reached = dict(page.cursor)
    return found, reached


def reviewed(stage: BusinessStage, account: Account, **more: object) -> IncomingMessage:
    """Let a stranger review and return the message as polling brings it."""
    review_id = stage.review(account, **more)  # type: ignore[arg-type]
    found = [each.message for each in polled(stage, account)[0] if each.message_id == review_id]
    assert found[0] is not None
    return found[0]


def test_it_says_what_can_be_done(stage: BusinessStage) -> None:
    provider = stage.provider

    assert isinstance(provider, EngagingProvider)
    assert provider.kinds_of_message == {MessageKind.REVIEW}
    assert provider.acts(MessageKind.REVIEW) == {Act.REPLY}
    assert provider.acts(MessageKind.REVIEW, by_account=True) == {Act.DELETE}
    assert provider.count_reply("déjà") == 6
    assert provider.content_terms.lease == timedelta(days=30)


def test_a_review_is_stars_words_and_somebody(stage: BusinessStage) -> None:
    account = stage.account()

    message = reviewed(stage, account, stars=4, **{"as": "Megan Price"})

    assert (message.kind, message.rating, message.text) == (MessageKind.REVIEW, 4, "Good crust")
    assert message.thread_id == message.network_id
    assert message.author is not None
    assert message.author.name == "Megan Price"
    assert message.author.picture_url
    assert message.edited_at is None
    assert message.acts is None


def test_stars_alone_and_a_nameless_person_are_a_review_too(stage: BusinessStage) -> None:
    account = stage.account()

    message = reviewed(stage, account, stars=1, wordless=True, **{"as": "Beatrice Lowe"})

    assert (message.rating, message.text) == (1, "")
    assert message.author is not None
    assert message.author.name == ""


def test_a_changed_review_is_the_same_message_with_the_hour_of_its_change(stage: BusinessStage) -> None:
    account = stage.account()
    first = reviewed(stage, account, stars=1, **{"as": "Megan Price"})

    second = reviewed(stage, account, text="Better now", stars=5, **{"as": "Megan Price"})

    assert second.network_id == first.network_id
    assert (second.rating, second.text) == (5, "Better now")
    assert second.edited_at is not None


def test_what_is_pushed_is_fetched_and_the_same_as_what_is_polled(told: BusinessStage) -> None:
    account = told.account()
    told.provider.subscribe(account, now=now())

    for dialect in ("v4", "v1"):
        told.sandbox.control("settings", google_notification_dialect=dialect)
        review_id = told.review(
            account, text=f"In {dialect}", **{"as": "Megan Price" if dialect == "v4" else "Rhys Llewellyn"}
        )

        [event] = told.events(account)

        assert (event.change, event.message_id, event.needs_fetch) == (Change.WRITTEN, review_id, True)
        assert event.message is not None
        fetched = told.provider.fetch_messages(account, [event.message.target], now=now())[review_id]
        seen = next(each.message for each in polled(told, account)[0] if each.message_id == review_id)
        assert fetched == seen
        assert fetched is not None
        assert fetched.text == f"In {dialect}"


def test_a_changed_review_is_pushed_as_edited(told: BusinessStage) -> None:
    account = told.account()
    told.provider.subscribe(account, now=now())
    told.review(account, **{"as": "Megan Price"})
    told.events(account)

    told.review(account, text="Second thoughts", **{"as": "Megan Price"})

    assert [each.change for each in told.events(account)] == [Change.EDITED]


def test_a_push_reads_the_same_however_often(told: BusinessStage) -> None:
    account = told.account()
    told.provider.subscribe(account, now=now())
    told.review(account)
    requests = told.arrived()

    once = [each for one in requests for each in told.provider.read_webhook(one)]
    again = [each for one in requests for each in told.provider.read_webhook(one)]

    assert len(once) == 1
    assert once == again


def test_a_push_that_is_not_googles_is_refused(told: BusinessStage) -> None:
    account = told.account()
    told.provider.subscribe(account, now=now())
    told.review(account)
    [genuine] = told.arrived()
    token = genuine.headers["authorization"]

    for headers in (
        {},
        {"authorization": "Bearer nothing"},
        {"authorization": token[:-4] + "AAAA"},
        {"authorization": token.replace("Bearer ", "Basic ")},
        {"authorization": unsigned(token)},
    ):
        with pytest.raises(WebhookRefused):
            told.provider.read_webhook(replace(genuine, headers=headers))


def unsigned(token: str) -> str:
    """The same claims, with the algorithm "none"."""
    _head, claims, _ = token.removeprefix("Bearer ").split(".")
    return f"Bearer eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0.{claims}."


@pytest.mark.parametrize("wrong", [{"audience": "https://elsewhere.example/"}, {"email": "other@example.iam"}])
def test_a_push_for_another_subscription_is_refused(told: BusinessStage, wrong: dict[str, str]) -> None:
    assert told.ear is not None
    account = told.account()
    told.provider.subscribe(account, now=now())
    pushed = {"topic": "projects/portevoix-sandbox/topics/reviews", "address": told.ear.address, **wrong}
    told.sandbox.control("webhooks/push", **pushed)
    told.review(account)

    [genuine] = told.arrived()

    with pytest.raises(WebhookRefused):
        told.provider.read_webhook(genuine)


def test_a_message_about_something_else_holds_no_event(told: BusinessStage) -> None:
    account = told.account()
    told.provider.subscribe(account, now=now())
    told.review(account)
    [genuine] = told.arrived()

    for body in (b"{}", b'{"message": {"data": "bm8=", "messageId": "1"}}', b'{"message": []}'):
        assert told.provider.read_webhook(replace(genuine, body=body)) == ()
    with pytest.raises(WebhookRefused):
        told.provider.read_webhook(replace(genuine, body=b"no"))


def test_an_event_that_nobody_wrote_is_a_value_error(stage: BusinessStage) -> None:
    for payload in ({}, {"kind": "NEW_SMILE", "review": "1"}, {"kind": "NEW_REVIEW", "review": ""}):
        with pytest.raises(ValueError, match="Google"):
            stage.provider.read_event(payload, account_id="1")


def test_google_shakes_no_hands_and_says_no_farewell(stage: BusinessStage) -> None:
    assert stage.provider.answer_handshake(Arrived(headers={})) is None
    with pytest.raises(WebhookRefused):
        stage.provider.read_farewell(Arrived(headers={}))


# polling


def test_polling_again_brings_what_is_new_and_overlaps(stage: BusinessStage) -> None:
    account = stage.account()
    stage.review(account, text="One", **{"as": "Megan Price"})
    _, cursor = polled(stage, account)
    stage.review(account, text="Two", **{"as": "Rhys Llewellyn"})

    found, cursor = polled(stage, account, cursor=cursor)

    assert {each.message.text for each in found if each.message} == {"One", "Two"}
    assert polled(stage, account, cursor=cursor)[0]


def test_a_first_poll_reaches_as_far_back_as_asked_through_all_pages(stage: BusinessStage) -> None:
    account = stage.account()
    stage.sandbox.control(
        "strangers/burst", network="google_business", kind="review", account=account.network_id, count=60, authors=60
    )

    found, cursor = polled(stage, account)

    assert len({each.message_id for each in found}) == 60
    assert cursor["reviews"]
    assert polled(stage, account, since=now() + timedelta(minutes=1)) == ([], {})


def test_an_answer_by_hand_comes_with_its_review(stage: BusinessStage) -> None:
    account = stage.account()
    review_id = stage.review(account)
    stage.sandbox.control("strangers/reply", network="google_business", on=review_id, text="Thank you")

    [review, answer] = [each.message for each in polled(stage, account)[0]]

    assert review is not None
    assert answer is not None
    assert (answer.by_account, answer.answers_id, answer.thread_id) == (True, review_id, review_id)
    assert (answer.text, answer.is_hidden) == ("Thank you", False)


# answering


def test_an_answer_stands_in_its_review_and_is_recognised(stage: BusinessStage) -> None:
    account = stage.account()
    message = reviewed(stage, account)

    sent = stage.provider.reply(account, message.target, "Thank you", now=now())

    assert [each["text"] for each in stage.said(message.network_id)] == ["Good crust", "Thank you"]
    [mine] = [each.message for each in polled(stage, account)[0] if each.message_id == sent.network_id]
    assert mine is not None
    assert mine.by_account
    assert mine.written_at == sent.sent_at


def test_another_answer_takes_the_place_of_the_first_which_is_gone(stage: BusinessStage) -> None:
    account = stage.account()
    message = reviewed(stage, account)
    first = stage.provider.reply(account, message.target, "Thank you", now=now())
    mine = replace(message.target, message_id=first.network_id, author_id=account.network_id)

    second = stage.provider.reply(account, message.target, "Thank you so much", now=now())

    fetched = stage.provider.fetch_messages(account, [message.target, mine], now=now())
    assert second.network_id != first.network_id
    assert fetched[first.network_id] is None
    assert fetched[message.network_id] == message


def test_an_answer_that_google_refuses_is_hidden(stage: BusinessStage) -> None:
    stage.sandbox.control("settings", google_moderation_seconds=0.0)
    account = stage.account()
    message = reviewed(stage, account)

    sent = stage.provider.reply(account, message.target, "Call 0117 496 0101", now=now())

    [mine] = [each.message for each in polled(stage, account)[0] if each.message_id == sent.network_id]
    assert mine is not None
    assert mine.is_hidden


@pytest.mark.parametrize("fault", [Fault.LOST_ANSWER, Fault.MALFORMED_ANSWER, Fault.SERVER_ERROR_AFTER_ALL])
def test_an_answer_whose_answer_was_lost_is_found(stage: BusinessStage, fault: Fault) -> None:
    account = stage.account()
    message, since = reviewed(stage, account), now()
    stage.strike_engaging("reply", fault)
    with pytest.raises(OutcomeUnknown):
        stage.provider.reply(account, message.target, "Thank you", now=now())

    findings = stage.provider.find_reply(account, message.target, "Thank you", since=since, now=now())

    assert findings.published is not None
    known = [findings.published.network_id]
    again = stage.provider.find_reply(account, message.target, "Thank you", since=since, known=known, now=now())
    assert again.published is None


def test_an_answer_that_never_arrived_is_not_found(stage: BusinessStage) -> None:
    account = stage.account()
    message, since = reviewed(stage, account), now()
    stage.strike_engaging("reply", Fault.LOST_REQUEST)
    with pytest.raises(OutcomeUnknown):
        stage.provider.reply(account, message.target, "Thank you", now=now())

    findings = stage.provider.find_reply(account, message.target, "Thank you", since=since, now=now())

    assert (findings.published, findings.candidates, findings.covered) == (None, (), True)


def test_an_answer_is_taken_back_and_again(stage: BusinessStage) -> None:
    account = stage.account()
    message = reviewed(stage, account)
    sent = stage.provider.reply(account, message.target, "Oops", now=now())
    mine = replace(message.target, message_id=sent.network_id, author_id=account.network_id)

    stage.provider.act(account, Act.DELETE, mine, now=now())
    stage.provider.act(account, Act.DELETE, mine, now=now())

    assert [each["by_account"] for each in stage.said(message.network_id)] == [False]
    for act in (Act.HIDE, Act.LIKE, Act.DELETE):
        with pytest.raises(PermanentError, match="act_not_offered"):
            stage.provider.act(account, act, message.target, now=now())


def test_taking_back_an_answer_that_another_replaced_leaves_the_other(stage: BusinessStage) -> None:
    account = stage.account()
    message = reviewed(stage, account)
    first = stage.provider.reply(account, message.target, "Oops", now=now())
    stage.provider.reply(account, message.target, "Thank you", now=now())

    stage.provider.act(account, Act.DELETE, replace(message.target, message_id=first.network_id), now=now())

    assert [each["text"] for each in stage.said(message.network_id)] == ["Good crust", "Thank you"]


def test_a_review_that_was_removed_is_gone_and_takes_no_answer(stage: BusinessStage) -> None:
    account = stage.account()
    message = reviewed(stage, account)
    stage.remove(message.network_id)

    assert stage.provider.fetch_messages(account, [message.target], now=now()) == {message.network_id: None}
    with pytest.raises(PermanentError):
        stage.provider.reply(account, message.target, "Thank you", now=now())


def test_a_profile_that_fell_out_of_standing_loses_no_review(stage: BusinessStage) -> None:
    account = stage.account()
    message = reviewed(stage, account)
    stage.sandbox.control("withdraw", network="google_business", reason="suspended", location=account.network_id)

    with pytest.raises(PermanentError) as raised:
        stage.provider.fetch_messages(account, [message.target], now=now())

    assert raised.value.key == "google_business_not_live"


# being told


def test_it_subscribes_once_and_ends_it_with_the_accounts_only_profile(told: BusinessStage) -> None:
    told.person = CAMILLE
    account = told.account()
    assert not told.provider.is_subscribed(account, now=now())

    told.provider.subscribe(account, now=now())
    told.provider.subscribe(account, now=now())
    assert told.provider.is_subscribed(account, now=now())

    told.provider.unsubscribe(account, now=now())
    told.provider.unsubscribe(account, now=now())
    assert not told.provider.is_subscribed(account, now=now())


def test_a_profile_that_leaves_a_group_leaves_the_others_told(told: BusinessStage) -> None:
    account = told.account()
    told.provider.subscribe(account, now=now())

    told.provider.unsubscribe(account, now=now())

    assert told.provider.is_subscribed(account, now=now())

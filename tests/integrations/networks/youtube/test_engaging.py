import time
from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

import pytest

from integrations.contract import Account
from integrations.engagement import Act, Change, IncomingMessage, MessageKind, tells_messages
from tests.integrations.networks.ear import Ear
from tests.integrations.networks.engaging import EngagingContract, EngagingStage, commented, events, polled
from tests.integrations.networks.sandbox import Sandbox
from tests.integrations.networks.stage import now
from tests.integrations.networks.youtube.stage import YouTubeStage

T = TypeVar("T")


def until(holds: Callable[[], T]) -> T:
    """Return what a question comes to once it is true: the hub asks back a moment after it was told."""
    for _look in range(100):
        if found := holds():
            return found
        time.sleep(0.05)
    raise AssertionError("it never came about")


class TestYouTubeEngaging(EngagingContract):
    @pytest.fixture
    def stage(self, sandbox: Sandbox, ear: Ear) -> EngagingStage:
        return YouTubeStage(sandbox, ear)

    def test_a_comment_is_the_same_by_webhook_and_by_polling(self, stage: EngagingStage) -> None:
        """YouTube tells of films only: a comment comes by polling, the same each time."""
        account = stage.account()
        stage.provider.subscribe(account, now=now())
        post_id = stage.post(account)
        stage.comment(account, post_id, "Do you have stollen?")

        assert events(stage, account) == []
        [seen] = {each.message_id: each for each in polled(stage, account, watched=[post_id])[0]}.values()
        assert seen.change is Change.WRITTEN
        assert seen.message is not None
        assert seen.message.thread_id == post_id
        assert stage.provider.fetch_messages(account, [seen.message.target], now=now()) == {
            seen.message_id: seen.message
        }

    def test_a_mention_is_told_as_one(self, stage: EngagingStage) -> None:
        assert MessageKind.MENTION not in stage.provider.kinds_of_message

    def test_a_request_with_a_wrong_signature_is_refused(self, stage: EngagingStage) -> None:
        """The hub is answered all the same, as its protocol asks; nothing is taken from it."""
        account = stage.account()
        stage.provider.subscribe(account, now=now())
        stage.post(account)
        [genuine] = stage.arrived(account)

        assert len(stage.provider.read_webhook(genuine)) == 1
        for forged in (replace(genuine, body=genuine.body + b" "), replace(genuine, headers={})):
            assert stage.provider.read_webhook(forged) == ()

    def test_it_subscribes_once_and_ends_it(self, stage: EngagingStage) -> None:
        """Nobody can ask the hub: a subscription is asked for anew at each daily look, which moves its end."""
        assert isinstance(stage, YouTubeStage)
        sandbox, account = stage.sandbox, stage.account()

        def subscriptions() -> list[dict[str, object]]:
            sandbox.control("webhooks/drain", seconds=5)
            found: list[dict[str, object]] = sandbox.ask("webhooks")["targets"]["youtube"]["subscriptions"]
            return found

        stage.provider.subscribe(account, now=now())
        stage.post(account)
        first = until(subscriptions)
        sandbox.control("clock", move=86_400)
        stage.provider.subscribe(account, now=now())
        stage.arrived(account)
        again = until(lambda: [each for each in subscriptions() if each["until"] != first[0]["until"]])

        assert len(first) == len(again) == 1
        assert not stage.provider.is_subscribed(account, now=now())
        stage.provider.unsubscribe(account, now=now())
        assert until(lambda: not subscriptions())


def test_its_webhooks_tell_of_no_message(sandbox: Sandbox, ear: Ear) -> None:
    provider = YouTubeStage(sandbox, ear).provider

    assert provider.has_webhooks
    assert not tells_messages(provider)


def test_an_answer_in_a_long_thread_is_not_missed(sandbox: Sandbox) -> None:
    stage = YouTubeStage(sandbox)
    account = stage.account()
    message = commented(stage, account)
    _, cursor = polled(stage, account, watched=[message.thread_id])

    for number in range(9):
        sandbox.control("strangers/reply", network="youtube", on=message.network_id, text=f"Answer {number}")

    found, _ = polled(stage, account, watched=[message.thread_id], cursor=cursor)
    said = {each.message.text for each in found if each.message and each.message.answers_id == message.network_id}
    assert said == {f"Answer {number}" for number in range(9)}


def test_what_vanished_is_told_and_what_is_held_is_hidden(sandbox: Sandbox) -> None:
    stage = YouTubeStage(sandbox)
    account = stage.account()
    message = commented(stage, account, "First")
    for text in ("Second", "Third"):
        stage.comment(account, message.thread_id, text)
    before, cursor = polled(stage, account, watched=[message.thread_id])
    second = next(each for each in before if each.message and each.message.text == "Second")
    third = next(each for each in before if each.message and each.message.text == "Third")
    sandbox.control("strangers/delete", network="youtube", id=third.message_id)
    sandbox.control("strangers/hide", network="youtube", id=second.message_id)
    stage.comment(account, message.thread_id, "Fourth")

    found, _ = polled(stage, account, watched=[message.thread_id], cursor=cursor)

    changes = {each.message_id: each.change for each in found}
    assert changes[third.message_id] is Change.DELETED
    assert changes[second.message_id] is Change.HIDDEN
    assert second.message is not None
    held = stage.provider.fetch_messages(account, [second.message.target], now=now())[second.message_id]
    assert held is not None
    assert held.is_hidden


def test_an_edit_is_told(sandbox: Sandbox) -> None:
    stage = YouTubeStage(sandbox)
    account = stage.account()
    message = commented(stage, account)
    _, cursor = polled(stage, account, watched=[message.thread_id])
    sandbox.control("clock", move=60)
    sandbox.control("strangers/edit", network="youtube", id=message.network_id, text="Do you have any stollen?")

    found, _ = polled(stage, account, watched=[message.thread_id], cursor=cursor)

    [edited] = [each for each in found if each.message_id == message.network_id]
    assert (edited.change, edited.message and edited.message.text) == (Change.EDITED, "Do you have any stollen?")


def test_a_long_past_is_read_in_several_turns(sandbox: Sandbox) -> None:
    stage = YouTubeStage(sandbox)
    account = stage.account()
    post_id = stage.post(account)
    sandbox.control("strangers/burst", network="youtube", kind="comment", on=post_id, count=450, text="Comment")

    seen, cursor, turns = set[str](), dict[str, object](), 0
    while not turns or "scan" in cursor:
        found, cursor = polled(stage, account, watched=[], cursor=cursor)
        seen |= {each.message_id for each in found}
        turns += 1

    assert len(seen) == 450
    assert turns == 2  # of three pages each
    calls = sandbox.calls("youtube.commentThreads.list")
    assert len(calls) <= 3 * turns


def test_comments_that_wait_for_review_come_in_hidden(sandbox: Sandbox) -> None:
    stage = YouTubeStage(sandbox)
    account = stage.account()
    post_id = stage.post(account)
    stage.comment(account, post_id, "Held from the start")
    held = next(iter(sandbox.ask("said", network="youtube", on=post_id)["said"]))["id"]
    sandbox.control("strangers/hide", network="youtube", id=held)

    [found] = polled(stage, account, watched=[post_id])[0]

    assert found.message is not None
    assert (found.message.text, found.message.is_hidden) == ("Held from the start", True)


def test_what_a_stranger_wrote_is_taken_away_by_rejecting_it(sandbox: Sandbox) -> None:
    stage = YouTubeStage(sandbox)
    account = stage.account()
    message = commented(stage, account)

    stage.provider.act(account, Act.DELETE, message.target, now=now())

    assert stage.said(account, message.thread_id) == []
    stage.provider.act(account, Act.SHOW, message.target, now=now())
    assert [each.text for each in stage.said(account, message.thread_id)] == ["Do you have stollen?"]


def fetched(stage: YouTubeStage, account: Account, *found: IncomingMessage, is_hidden: bool = False) -> list[str]:
    """Say what a look finds of messages: their words, what is hidden in brackets, nothing of what is gone."""
    targets = [replace(each.target, is_hidden=is_hidden) for each in found]
    there = stage.provider.fetch_messages(account, targets, now=now())
    said = [(each, there.get(each.message_id)) for each in targets if each.message_id in there]
    return [f"({one.text})" if one and one.is_hidden else one.text if one else "" for _, one in said]


def test_a_look_tells_what_was_edited_held_taken_for_spam_and_deleted(sandbox: Sandbox) -> None:
    stage = YouTubeStage(sandbox)
    account = stage.account()
    post_id = stage.post(account)
    for text in ("Edited", "Held", "Spam", "Deleted", "Answered"):
        stage.comment(account, post_id, text)
    before = {each.message.text: each.message for each in polled(stage, account)[0] if each.message}
    sandbox.control("strangers/reply", network="youtube", on=before["Answered"].network_id, text="An answer")
    before |= {each.message.text: each.message for each in polled(stage, account)[0] if each.message}
    sandbox.control("clock", move=60)
    sandbox.control("strangers/edit", network="youtube", id=before["Edited"].network_id, text="Edited since")
    sandbox.control("strangers/hide", network="youtube", id=before["Held"].network_id)
    sandbox.control("strangers/edit", network="youtube", id=before["Spam"].network_id, text="Spam: https://buy.example")
    for gone in ("Deleted", "An answer"):
        sandbox.control("strangers/delete", network="youtube", id=before[gone].network_id)

    found = fetched(stage, account, *(before[each] for each in ("Edited", "Held", "Spam", "Deleted", "An answer")))

    assert found == ["Edited since", "(Held)", "(Spam: https://buy.example)", "", ""]
    # An answer that is held stands in no list: what was hidden when it was last seen is not called deleted.
    assert fetched(stage, account, before["An answer"], is_hidden=True) == []


def test_comments_under_a_film_from_elsewhere_come_with_its_title(sandbox: Sandbox) -> None:
    """A film that the organisation uploaded on YouTube itself: nobody here knows of it, and nobody watches it."""
    stage = YouTubeStage(sandbox)
    account = stage.account()
    film_id = stage.post(account)
    stage.comment(account, film_id, "Lovely shop")

    [found], cursor = polled(stage, account)
    stage.comment(account, film_id, "Where is it?")
    later, _ = polled(stage, account, cursor=cursor)

    assert found.message is not None
    assert found.message.subject is not None
    assert (found.message.thread_id, found.message.subject.text) == (film_id, "The stollen")
    assert found.message.subject.published_at is not None
    assert {each.message.text for each in later if each.message} == {"Lovely shop", "Where is it?"}
    assert len(sandbox.calls("youtube.videos.list")) == 1  # its title is asked for once a week

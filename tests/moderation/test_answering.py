"""Answers: handed over once, guarded against what a colleague said, and never lost when they are refused."""

import threading
import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from integrations.engagement import MessageKind
from lib.tenancy.scope import scope
from moderation.models import Draft, Intervention, Item, Message, ModerationAction
from moderation.searching import with_words
from moderation.services import commands
from moderation.services.drafting import find_draft, save_draft
from moderation.services.noting import add_note
from moderation.states import ItemState, Visibility, WayOut
from moderation.trouble import AlreadyEngaged, Missed, NotPossible, TextRefused
from tests.moderation.conftest import Inbox


def test_an_answer_is_words_of_ours_and_the_work_that_carries_them(inbox: Inbox) -> None:
    with inbox.scope():
        stranger = inbox.written()

        answered = inbox.answer(stranger.item)

        reply = answered.message
        assert (reply.text, reply.origin, reply.way_out) == ("Yes, from eight.", Message.Origin.AGENT, WayOut.WAITING)
        action = ModerationAction.objects.get(reply=reply)
        assert (action.message, action.available_at, action.lane.queue) == (stranger, inbox.now, "moderate")
        item = inbox.fresh(stranger.item)
        assert (item.state, item.assignee, item.waiting_since) == (ItemState.REPLIED, inbox.bob.user, None)
        assert (item.excerpt, item.message_count, item.last_own_message_id) == ("Yes, from eight.", 2, reply.pk)
        assert Intervention.objects.get(item=item).first_reply_at == inbox.now


def test_an_answer_is_found_by_its_words(inbox: Inbox) -> None:
    with inbox.scope():
        item = inbox.written().item
        inbox.answer(item, "From eight, at the side door.")

        assert list(with_words(Item.objects.all(), "side door")) == [item]


def test_the_same_key_is_one_reply(inbox: Inbox) -> None:
    with inbox.scope():
        item = inbox.written().item
        key = uuid.uuid4()

        first, second = inbox.answer(item, key=key), inbox.answer(item, key=key)

        assert first.message == second.message
        assert ModerationAction.objects.count() == 1


def test_a_colleagues_answer_that_was_not_seen_stops_it(inbox: Inbox) -> None:
    with inbox.scope():
        item = inbox.written().item
        before = inbox.seen(item)
        theirs = inbox.answer(item, "Yes!", by=inbox.beth).message

        with pytest.raises(Missed) as caught:
            inbox.answer(item, seen=before)

        assert list(caught.value.messages) == [theirs]
        assert Message.objects.filter(origin=Message.Origin.AGENT).count() == 1


def test_a_colleagues_note_that_was_not_seen_stops_it(inbox: Inbox) -> None:
    with inbox.scope():
        item = inbox.written().item
        before = inbox.seen(item)
        note = add_note(item, text="Ask the lab first.", key=uuid.uuid4(), actor=inbox.beth, now=inbox.now)

        with pytest.raises(Missed) as caught:
            inbox.answer(item, seen=before)

        assert list(caught.value.notes) == [note]


def test_what_was_shown_can_be_answered_all_the_same(inbox: Inbox) -> None:
    with inbox.scope():
        item = inbox.written().item
        inbox.answer(item, "Yes!", by=inbox.beth)

        assert inbox.answer(item, anyway=True).message.text == "Yes, from eight."


def test_an_item_in_a_colleagues_hands_is_answered_knowingly_only(inbox: Inbox) -> None:
    with inbox.scope():
        item = inbox.written().item
        commands.engage(item, key=uuid.uuid4(), actor=inbox.beth, now=inbox.now)

        with pytest.raises(AlreadyEngaged) as caught:
            inbox.answer(item)

        assert caught.value.owner == inbox.beth.user
        assert inbox.answer(item, anyway=True).message.user == inbox.bob.user


def test_newer_words_of_the_stranger_only_warn(inbox: Inbox) -> None:
    with inbox.scope():
        item = inbox.written().item
        before = inbox.seen(item)
        Item.objects.filter(pk=item.pk).update(last_stranger_message_id=before.message_id + 1)

        assert inbox.answer(item, seen=before).newer_words


@pytest.mark.parametrize(
    ("text", "key"), [("", "text_missing"), (" \n", "text_missing"), ("x" * 10_000, "text_too_long")]
)
def test_words_that_the_network_would_refuse_are_refused_here(inbox: Inbox, text: str, key: str) -> None:
    with inbox.scope():
        item = inbox.written().item

        with pytest.raises(TextRefused) as caught:
            inbox.answer(item, text)

        assert caught.value.key == key
        assert not ModerationAction.objects.exists()


def test_a_private_message_is_answered_within_its_window(inbox: Inbox) -> None:
    with inbox.scope():
        item = inbox.written(kind=MessageKind.PRIVATE).item
        inbox.clock.forward(hours=25)

        with pytest.raises(NotPossible, match="reply_window_over"):
            inbox.answer(item)


def test_what_its_author_deleted_is_not_answered(inbox: Inbox) -> None:
    with inbox.scope():
        message = inbox.written()
        Message.objects.filter(pk=message.pk).update(visibility=Visibility.DELETED)

        with pytest.raises(NotPossible, match="nothing_to_answer"):
            inbox.answer(message.item)


def test_a_draft_is_kept_as_typed_until_its_words_are_sent(inbox: Inbox) -> None:
    with inbox.scope():
        item = inbox.written().item
        words: dict[str, Any] = {"purpose": Draft.Purpose.REPLY, "actor": inbox.bob}
        save_draft(item, text="Yes, fr", now=inbox.now, **words)
        save_draft(item, text="Yes, from eight.", now=inbox.now + timedelta(seconds=1), **words)

        draft = find_draft(item, **words)
        assert draft is not None
        assert draft.text == "Yes, from eight."
        with pytest.raises(TextRefused):
            inbox.answer(item, "x" * 10_000)
        assert find_draft(item, **words) is not None
        inbox.answer(item)

        assert find_draft(item, **words) is None


@pytest.mark.django_db(transaction=True)
def test_of_two_who_answer_in_the_same_moment_one_is_shown_the_others_words(inbox: Inbox) -> None:
    with inbox.scope():
        item = inbox.written().item
        before = inbox.seen(item)
    outcomes: list[str] = []
    together = threading.Barrier(2)

    def try_to_answer(member: object) -> None:
        together.wait()
        try:
            with scope(organisation=inbox.house.acme.pk):
                inbox.answer(item, by=member, seen=before)  # type: ignore[arg-type]
            outcomes.append("sent")
        except Missed:
            outcomes.append("missed")
        finally:
            connection.close()

    threads = [threading.Thread(target=try_to_answer, args=(member,)) for member in (inbox.bob, inbox.beth)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(outcomes) == ["missed", "sent"]

"""What goes past the public thread: private answers to comments, and blocking whoever wrote them."""

import uuid

import pytest

from eventlog.models import Event
from integrations.engagement import Act, Author, MessageKind
from moderation.models import Identity, Item, Message, ModerationAction
from moderation.offers import reply_offer
from moderation.opened import messages_of
from moderation.services import reading
from moderation.services.acting import act, acts_offered
from moderation.services.receiving import receive
from moderation.states import WayOut
from moderation.trouble import NotPossible
from tests.moderation.conftest import Inbox


@pytest.fixture(autouse=True)
def messages_allowed(inbox: Inbox) -> None:
    with inbox.scope():
        inbox.account.capabilities = ["publish", "engage", "messages"]
        inbox.account.save(update_fields=["capabilities"])


def read(message: Message) -> Message:
    """The message as the page of its item reads it."""
    [found] = [each for each in messages_of(message.item).rows if each.pk == message.pk]
    return found


def offered(inbox: Inbox, message: Message) -> bool:
    found = read(message)
    found.social_account.refresh_from_db()
    return reply_offer(message.item, found, typed="", now=inbox.now).privately


def do(inbox: Inbox, message: Message, wanted: Act) -> ModerationAction:
    return act(message, wanted, key=uuid.uuid4(), actor=inbox.bob, now=inbox.now)


def test_a_comment_is_answered_in_private_once(inbox: Inbox) -> None:
    with inbox.scope():
        comment = inbox.written()
        assert offered(inbox, comment)

        reply = inbox.answer(comment.item, "At the side door.", privately=True).message

        assert (reply.kind, reply.item, reply.answers_id) == ("private", comment.item, comment.network_id)
        assert Event.objects.filter(name="moderation.item.answered_privately").count() == 1
        assert not offered(inbox, comment)
        with pytest.raises(NotPossible, match="answered_privately"):
            inbox.answer(comment.item, "And again.", privately=True)
    inbox.work()

    with inbox.scope():
        reply.refresh_from_db()
        assert reply.way_out == WayOut.SENT
        there = inbox.network.messages[reply.network_id]
        assert (there.kind, there.thread_id, there.text) == (
            MessageKind.PRIVATE,
            comment.author.network_id,
            "At the side door.",
        )
        assert inbox.answer(comment.item, "Also for all to read.").message.kind == "comment"


def test_it_is_offered_while_the_network_takes_it_and_the_account_may_write_messages(inbox: Inbox) -> None:
    with inbox.scope():
        comment, letter = inbox.written(), inbox.written(kind=MessageKind.PRIVATE)
        assert (offered(inbox, comment), offered(inbox, letter)) == (True, False)
        inbox.clock.forward(days=8)
        assert not offered(inbox, comment)
        with pytest.raises(NotPossible, match="private_answer_window_over"):
            inbox.answer(comment.item, privately=True)

        inbox.account.capabilities = ["publish", "engage"]
        inbox.account.save(update_fields=["capabilities"])
        fresh = inbox.written()
        assert not offered(inbox, fresh)
        with pytest.raises(NotPossible, match="act_not_offered"):
            inbox.answer(fresh.item, privately=True)


def test_a_refused_one_may_be_tried_again(inbox: Inbox) -> None:
    with inbox.scope():
        comment = inbox.written()
        inbox.answer(comment.item, privately=True)
        gone = inbox.network.messages.pop(comment.network_id)
    inbox.work()

    with inbox.scope():
        assert ModerationAction.objects.get().state == WayOut.REFUSED
        assert offered(inbox, comment)
    inbox.network.messages[gone.network_id] = gone


def test_one_whose_answer_was_lost_is_found_and_not_sent_again(inbox: Inbox) -> None:
    with inbox.scope():
        comment = inbox.written()
        inbox.answer(comment.item, "At the side door.", privately=True)
    inbox.network.lose_answer("reply")
    inbox.work()
    inbox.clock.forward(hours=1)

    inbox.work()

    with inbox.scope():
        assert ModerationAction.objects.get().state == WayOut.SENT
    assert inbox.replies == ["At the side door."]


def test_its_echo_leaves_the_conversation_it_came_back_in(inbox: Inbox) -> None:
    """The network tells of it before the answer to the call is written: it stands below the comment, and only there."""
    with inbox.scope():
        comment = inbox.written()
        same = Author(network_id=comment.author.network_id, name="Camille Fontaine")
        inbox.network.write("bakery", "Hello?", at=inbox.now, kind=MessageKind.PRIVATE, author=same)
        receive("memory", inbox.network, inbox.network.webhook(), now=inbox.now)
        inbox.answer(comment.item, "At the side door.", privately=True)
    honest = inbox.network.reply_privately

    def tells_first(*args: object, **more: object) -> object:
        sent = honest(*args, **more)  # type: ignore[arg-type]
        receive("memory", inbox.network, inbox.network.webhook(), now=inbox.now)
        reading.read_due(inbox.clock)
        return sent

    inbox.network.reply_privately = tells_first  # type: ignore[assignment,method-assign]
    inbox.work()

    with inbox.scope():
        reply = Message.objects.get(origin=Message.Origin.AGENT)
        conversation = Item.objects.get(kind="private")
        assert (reply.way_out, reply.item_id) == (WayOut.SENT, comment.item_id)
        assert not Message.objects.filter(origin=Message.Origin.NATIVE).exists()
        assert (conversation.message_count, conversation.last_own_message_id, conversation.excerpt) == (1, 0, "Hello?")


def test_an_author_is_blocked_where_they_wrote_and_let_in_again(inbox: Inbox) -> None:
    with inbox.scope():
        comment = inbox.written()
        message = Message.objects.select_related("author", "social_account").get(pk=comment.pk)
        assert {Act.BLOCK, Act.UNBLOCK} & acts_offered(message) == {Act.BLOCK}
        do(inbox, message, Act.BLOCK)
    inbox.work()

    with inbox.scope():
        assert inbox.network.blocked == {("bakery", "stranger-1")}
        assert Identity.objects.get(messages=message).blocked_by == [inbox.account.pk]
        message = Message.objects.select_related("author", "social_account").get(pk=comment.pk)
        assert {Act.BLOCK, Act.UNBLOCK} & acts_offered(message) == {Act.UNBLOCK}
        do(inbox, message, Act.UNBLOCK)
    inbox.work()

    assert inbox.network.blocked == set()
    with inbox.scope():
        assert Identity.objects.get(messages=message).blocked_by is None


def test_nobody_is_blocked_whom_the_network_does_not_name(inbox: Inbox) -> None:
    with inbox.scope():
        comment = inbox.written()
        Message.objects.filter(pk=comment.pk).update(author=None)
        message = Message.objects.select_related("author", "social_account").get(pk=comment.pk)

        assert not {Act.BLOCK, Act.UNBLOCK} & acts_offered(message)

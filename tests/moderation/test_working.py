"""The workers of moderation actions: every end an action can come to, and a reply never twice."""

import uuid
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from django.db import DataError, IntegrityError, OperationalError

from integrations.engagement import Act, Sent
from integrations.errors import (
    AuthorisationLost,
    OutcomeUnknown,
    PermanentError,
    ProviderError,
    RateLimited,
    Reach,
    TransientError,
)
from integrations.models import Lane, SocialAccount
from moderation import outcomes
from moderation.models import Item, Message, MessageRevision, ModerationAction
from moderation.services import ending, working
from moderation.services.acting import act, acts_offered, take_back
from moderation.services.returning import give_back_expired
from moderation.states import ItemState, Visibility, WayOut
from moderation.trouble import NotPossible
from tests.factories import NOON
from tests.moderation.conftest import Inbox
from tests.moderation.inbox.pages import make_findable

LATER = NOON + timedelta(hours=1)


def only_action() -> ModerationAction:
    found: ModerationAction = ModerationAction.objects.select_related("reply", "item", "message").get()
    return found


def do(inbox: Inbox, message: Message, wanted: Act) -> ModerationAction:
    return act(message, wanted, key=uuid.uuid4(), actor=inbox.bob, now=inbox.now)


def test_a_reply_goes_out_and_shows_that_the_network_took_it(inbox: Inbox) -> None:
    with inbox.scope():
        inbox.answer(inbox.written().item)

    assert inbox.work() == 1

    assert inbox.replies == ["Yes, from eight."]
    with inbox.scope():
        action = only_action()
        assert (action.state, action.available_at, action.ended_at) == (WayOut.SENT, None, NOON)
        assert (action.reply.way_out, action.reply.network_id != "") == (WayOut.SENT, True)
        assert action.reply.permalink


@pytest.mark.parametrize("address", ["javascript:alert(1)", f"https://memory.example/{'far/' * 200}"])
def test_an_address_that_cannot_be_shown_is_not_kept_with_a_reply(
    inbox: Inbox, monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    reply = inbox.network.reply
    monkeypatch.setattr(inbox.network, "reply", lambda *args, **more: replace(reply(*args, **more), permalink=address))
    with inbox.scope():
        inbox.answer(inbox.written().item)

    inbox.work()

    with inbox.scope():
        assert (only_action().reply.way_out, only_action().reply.permalink) == (WayOut.SENT, "")


@pytest.mark.parametrize(
    ("error", "state", "reason", "again"),
    [
        (TransientError("unavailable", network="memory"), WayOut.WAITING, "unavailable", True),
        (
            RateLimited("rate_limited", network="memory", reset_at=NOON + timedelta(hours=1)),
            WayOut.WAITING,
            "rate_limited",
            True,
        ),
        (AuthorisationLost("access_lost", network="memory"), WayOut.WAITING, "access_lost", True),
        (OutcomeUnknown("no_answer", network="memory"), WayOut.UNKNOWN, "no_answer", True),
        (PermanentError("refused", network="memory"), WayOut.REFUSED, "refused", False),
    ],
)
def test_every_error_ends_a_reply_where_it_belongs(
    inbox: Inbox, error: ProviderError, state: WayOut, reason: str, again: bool
) -> None:
    with inbox.scope():
        item = inbox.answer(inbox.written().item).message.item
    inbox.network.fail_next("reply", error)

    inbox.work()

    with inbox.scope():
        action = only_action()
        assert (action.state, action.reason, action.available_at is not None) == (state, reason, again)
        assert (action.reply.way_out, action.reply.reason) == (state, reason)
        item = inbox.fresh(item)
        refused = state is WayOut.REFUSED
        assert (item.send_failed, item.state == ItemState.ASSIGNED) == (refused, refused)


def test_a_refusal_gives_the_item_back_to_the_author_and_is_told(inbox: Inbox, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[int] = []
    monkeypatch.setattr(outcomes, "_listeners", [lambda actions, now: told.extend(each.pk for each in actions)])
    with inbox.scope():
        stranger = inbox.written()
        inbox.answer(stranger.item)
    inbox.network.fail_next("reply", PermanentError("refused", network="memory"))

    inbox.work()

    with inbox.scope():
        item = inbox.fresh(stranger.item)
        assert (item.assignee, item.waiting_since) == (inbox.bob.user, stranger.written_at)
        assert told == [only_action().pk]


def test_a_lost_answer_is_looked_for_and_found(inbox: Inbox) -> None:
    with inbox.scope():
        inbox.answer(inbox.written().item)
    inbox.network.fail_next("reply", OutcomeUnknown("no_answer", network="memory"), done=True)
    inbox.work()

    inbox.clock.forward(minutes=1)
    inbox.work()

    assert inbox.replies == ["Yes, from eight."]
    with inbox.scope():
        assert only_action().state == WayOut.SENT
        assert inbox.network.calls["reply"] == 1


def test_a_reply_that_never_arrived_is_sent_again_after_two_empty_looks(inbox: Inbox) -> None:
    with inbox.scope():
        inbox.answer(inbox.written().item)
    inbox.network.fail_next("reply", OutcomeUnknown("no_answer", network="memory"))
    inbox.work()

    for _ in range(4):
        inbox.clock.forward(minutes=10)
        inbox.work()

    assert inbox.replies == ["Yes, from eight."]
    assert inbox.network.calls["find_reply"] == 2
    with inbox.scope():
        assert only_action().state == WayOut.SENT


def test_a_worker_that_died_in_mid_call_leaves_a_reply_to_be_looked_for(
    inbox: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    with inbox.scope():
        inbox.answer(inbox.written().item)

    class Killed(BaseException):
        pass

    def die(*_args: object) -> None:
        raise Killed

    monkeypatch.setattr(working, "in_threads", die)
    with pytest.raises(Killed):
        inbox.work()
    monkeypatch.undo()
    inbox.clock.forward(minutes=2)

    assert give_back_expired(now=inbox.now) == 1

    with inbox.scope():
        assert (only_action().state, only_action().reason) == (WayOut.UNKNOWN, "worker_lost")
    for _ in range(3):
        inbox.clock.forward(minutes=10)
        inbox.work()
    assert inbox.replies == ["Yes, from eight."]


@pytest.mark.parametrize("is_answer_lost", [False, True])
def test_an_echo_that_came_in_first_becomes_the_reply_itself(inbox: Inbox, is_answer_lost: bool) -> None:
    with inbox.scope():
        stranger = inbox.written()
        reply = inbox.answer(stranger.item).message
    if is_answer_lost:
        inbox.network.fail_next("reply", OutcomeUnknown("no_answer", network="memory"), done=True)
        inbox.work()
        echo_id = next(each.network_id for each in inbox.network.messages.values() if each.by_account)
    else:
        echo_id = "message-of-the-reply"
        inbox.network.reply = lambda *_args, **_kwargs: Sent(network_id=echo_id)  # type: ignore[method-assign]
    with inbox.scope():
        come_in_as_echo(stranger, echo_id, inbox)

    inbox.clock.forward(minutes=1)
    inbox.work()

    with inbox.scope():
        ours = Message.objects.exclude(origin=Message.Origin.STRANGER)
        assert [(each.pk, each.network_id, each.way_out) for each in ours] == [(reply.pk, echo_id, WayOut.SENT)]
        item = inbox.fresh(stranger.item)
        assert (item.message_count, item.last_own_message_id) == (2, reply.pk)


def test_a_reply_that_was_taken_for_another_is_looked_for_and_never_dropped(inbox: Inbox) -> None:
    with inbox.scope():
        stranger = inbox.written()
        wrong = inbox.answer(stranger.item, "Thank you!").message
        # Somebody wrote the same on the network: what came in was taken for this reply, which has not arrived.
        Message.objects.filter(pk=wrong.pk).update(network_id="echo", way_out=WayOut.SENT)
        ModerationAction.objects.filter(reply=wrong).update(state=WayOut.SENT, available_at=None, ended_at=NOON)
        right = inbox.answer(stranger.item, "Thank you!", by=inbox.beth, anyway=True).message
    inbox.network.reply = lambda *_args, **_kwargs: Sent(network_id="echo")  # type: ignore[method-assign]

    inbox.work()

    with inbox.scope():
        assert Message.objects.get(pk=right.pk).network_id == "echo"
        dropped = Message.objects.get(pk=wrong.pk)
        assert (dropped.text, dropped.network_id, dropped.way_out) == ("Thank you!", "", WayOut.UNKNOWN)
        assert ModerationAction.objects.get(reply=wrong).available_at is not None


def come_in_as_echo(stranger: Message, network_id: str, inbox: Inbox) -> None:
    echo = Message.objects.create(
        thread=stranger.thread,
        item=stranger.item,
        social_account=inbox.account,
        origin=Message.Origin.NATIVE,
        kind=stranger.kind,
        text="Yes, from eight.",
        network_id=network_id,
        written_at=inbox.now,
    )
    Item.objects.filter(pk=stranger.item.pk).update(message_count=3, last_own_message_id=echo.pk)


def test_a_lost_access_holds_the_accounts_answers_until_it_returns(inbox: Inbox) -> None:
    with inbox.scope():
        inbox.answer(inbox.written().item)
    inbox.network.fail_next("reply", AuthorisationLost("access_lost", network="memory", reach=Reach.ACCOUNT))

    inbox.work()
    inbox.clock.forward(hours=1)

    assert inbox.work() == 0
    with inbox.scope():
        assert SocialAccount.objects.get().state == SocialAccount.State.LOST
        assert Lane.objects.get(queue="moderate").not_before is not None


def test_what_is_done_about_a_message_shows_in_the_inbox(inbox: Inbox) -> None:
    with inbox.scope():
        message = inbox.written()
        do(inbox, message, Act.HIDE)
        do(inbox, message, Act.LIKE)

    inbox.work()

    with inbox.scope():
        message.refresh_from_db()
        assert (message.visibility, message.is_liked) == (Visibility.HIDDEN, True)
        assert inbox.fresh(message.item).is_hidden
        assert acts_offered(message) >= {Act.SHOW, Act.UNLIKE}
        assert not acts_offered(message) & {Act.HIDE, Act.LIKE}


def test_deleting_the_strangers_only_words_takes_them_from_here_and_shows_on_the_item(inbox: Inbox) -> None:
    with inbox.scope():
        message = inbox.written("Words that must go")
        make_findable(message)
        MessageRevision.objects.create(message=message, text="Word that must go", replaced_at=inbox.now)
        do(inbox, message, Act.DELETE)

    inbox.work()

    assert message.network_id not in inbox.network.messages
    with inbox.scope():
        item = inbox.fresh(message.item)
        assert (item.is_deleted, item.excerpt) == (True, "")
        message.refresh_from_db()
        assert (message.text, message.words, message.visibility) == ("", None, Visibility.DELETED)
        assert not MessageRevision.objects.exists()
        assert acts_offered(Message.objects.select_related("social_account").get(pk=message.pk)) == frozenset()


def test_the_same_act_is_asked_once_and_its_opposite_takes_it_back(inbox: Inbox) -> None:
    with inbox.scope():
        message = inbox.written()
        hide = do(inbox, message, Act.HIDE)
        assert do(inbox, message, Act.HIDE) == hide

        take_back(hide, actor=inbox.bob, now=inbox.now)

        hide.refresh_from_db()
        assert hide.state == WayOut.CANCELLED
    assert inbox.work() == 0


def test_asked_for_the_opposite_of_what_waits_it_is_taken_back(inbox: Inbox) -> None:
    with inbox.scope():
        message = inbox.written()
        hide = do(inbox, message, Act.HIDE)

        assert do(inbox, message, Act.SHOW) == hide

        hide.refresh_from_db()
        assert hide.state == WayOut.CANCELLED
    assert inbox.work() == 0


def test_what_has_begun_cannot_be_taken_back(inbox: Inbox) -> None:
    with inbox.scope():
        message = inbox.written()
        hide = do(inbox, message, Act.HIDE)
    inbox.work()

    with inbox.scope(), pytest.raises(NotPossible, match="undo_too_late"):
        take_back(hide, actor=inbox.bob, now=inbox.now)


@pytest.mark.parametrize("error", [DataError, IntegrityError, OperationalError])
def test_one_that_cannot_be_written_unsettles_no_other(
    inbox: Inbox, monkeypatch: pytest.MonkeyPatch, error: type[Exception]
) -> None:
    with inbox.scope():
        messages = [inbox.written() for _ in range(3)]
        at_fault = [do(inbox, message, Act.HIDE) for message in messages][1]
    write = ending._write

    def failing(each: ending.Ended, *, now: datetime) -> bool:
        if each.job.action.pk == at_fault.pk:
            raise error("value too long")
        return write(each, now=now)

    monkeypatch.setattr(ending, "_write", failing)

    inbox.work()

    with inbox.scope():
        states = dict(ModerationAction.objects.order_by("pk").values_list("pk", "state"))
        assert states.pop(at_fault.pk) != WayOut.SENT
        assert list(states.values()) == [WayOut.SENT] * 2

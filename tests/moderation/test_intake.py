"""Webhooks and polls: durable before they are answered, read once, for every organisation that has the account."""

import threading
import uuid
from dataclasses import replace
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client, RequestFactory

from integrations import vault
from integrations.budgets import Need, reserve
from integrations.contract import Budget
from integrations.engagement import Author, Change, Incoming, MessageKind, WebhookRefused
from integrations.errors import AuthorisationLost, PermanentError, RateLimited, Reach, TransientError
from integrations.events import reading_that_waits
from integrations.models import Grant, Lane, SocialAccount
from integrations.register import Kind, use
from integrations.services.lanes import hold_lanes
from integrations.testing import InMemoryProvider
from integrations.testing.strangers import HANDSHAKE_TOKEN
from lib.tenancy.scope import scope
from moderation.models import InboundEvent, Item, Message, Poll
from moderation.services import commands, polling, reading, storing
from moderation.services.receiving import receive
from moderation.services.waking import wake_due
from moderation.states import ItemState
from moderation.views.webhooks import webhook
from tests.factories import make_social_account
from tests.moderation.conftest import Inbox


def deliver(inbox: Inbox) -> int:
    """Hand over what the network has to tell, as its webhook does."""
    return receive("memory", inbox.network, inbox.network.webhook(), now=inbox.now)


def read(inbox: Inbox) -> int:
    return reading.read_due(inbox.clock)


def write(inbox: Inbox, text: str = "Is the stollen back?", **more: Any) -> str:
    return inbox.network.write("bakery", text, at=inbox.now, **more).network_id


def texts() -> list[str]:
    return list(Message.objects.order_by("pk").values_list("text", flat=True))


def test_an_event_is_written_down_before_it_is_read(inbox: Inbox) -> None:
    write(inbox)

    assert deliver(inbox) == 1

    with inbox.scope():
        event = InboundEvent.objects.get()
        assert (event.state, event.social_account, event.available_at) == ("waiting", inbox.account, inbox.now)
        assert Lane.objects.get(queue="intake").next_at == inbox.now
        assert not Message.objects.exists()
    assert read(inbox) == 1
    with inbox.scope():
        assert texts() == ["Is the stollen back?"]
        event.refresh_from_db()
        assert (event.state, event.read_at, event.available_at) == ("read", inbox.now, None)


def test_a_repeated_delivery_is_recognised(inbox: Inbox) -> None:
    write(inbox)
    arrived = inbox.network.webhook()

    counts = [receive("memory", inbox.network, arrived, now=inbox.now) for _ in range(10)]

    assert counts == [1] + [0] * 9
    assert read(inbox) == 1


def test_every_organisation_that_shares_the_page_gets_its_own(inbox: Inbox) -> None:
    with scope(organisation=inbox.house.elsewhere.pk):
        make_social_account("memory", network_id="bakery", name="Bakery, seen by Charlie")
    write(inbox)

    assert deliver(inbox) == 2
    assert read(inbox) == 2

    for organisation in (inbox.house.acme, inbox.house.elsewhere):
        with scope(organisation=organisation.pk):
            assert texts() == ["Is the stollen back?"]


def test_nothing_is_kept_for_an_account_that_nobody_has(inbox: Inbox) -> None:
    with inbox.scope():
        SocialAccount.objects.update(state=SocialAccount.State.DISCONNECTED)
    write(inbox)

    assert deliver(inbox) == 0


def test_an_unreadable_event_is_kept_aside_and_spoils_no_other(inbox: Inbox, monkeypatch: pytest.MonkeyPatch) -> None:
    write(inbox, "good")
    write(inbox, "bad")
    write(inbox, "good too")
    honest = inbox.network.read_event

    def choke(payload: Any, *, account_id: str) -> tuple[Incoming, ...]:
        if payload["message"]["text"] == "bad":
            raise ValueError("no such shape")
        return honest(payload, account_id=account_id)

    monkeypatch.setattr(inbox.network, "read_event", choke)
    deliver(inbox)
    read(inbox)

    with inbox.scope():
        dead = InboundEvent.objects.get(state="dead")
        assert (texts(), dead.reason) == (["good", "good too"], "event_unreadable")
        monkeypatch.undo()
        reading.read_again([dead], now=inbox.now)
    assert read(inbox) == 1
    with inbox.scope():
        assert sorted(texts()) == ["bad", "good", "good too"]


def test_an_event_that_the_database_refuses_is_kept_aside_alone(inbox: Inbox, monkeypatch: pytest.MonkeyPatch) -> None:
    honest = storing.store

    def choke(arrivals: Any, **more: Any) -> Any:
        if any(each.incoming.message.text == "bad" for each in arrivals):
            with connection.cursor() as cursor:
                cursor.execute("SELECT 1 / 0")
        return honest(arrivals, **more)

    monkeypatch.setattr(reading, "store", choke)
    for text in ("good", "bad", "good too"):
        write(inbox, text)
    deliver(inbox)
    read(inbox)

    with inbox.scope():
        assert texts() == ["good", "good too"]
        assert InboundEvent.objects.get(state="dead").reason == "event_not_stored"


def announce(inbox: Inbox, monkeypatch: pytest.MonkeyPatch) -> str:
    """Let the network name a message without its words."""
    network_id = write(inbox, "The words come apart")
    honest = inbox.network.read_event

    def bare(payload: Any, *, account_id: str) -> tuple[Incoming, ...]:
        (whole,) = honest(payload, account_id=account_id)
        return (Incoming(change=Change.WRITTEN, message_id=network_id, message=whole.message, needs_fetch=True),)

    monkeypatch.setattr(inbox.network, "read_event", bare)
    deliver(inbox)
    return network_id


def test_what_came_without_its_words_is_asked_for(inbox: Inbox, monkeypatch: pytest.MonkeyPatch) -> None:
    announce(inbox, monkeypatch)

    read(inbox)

    with inbox.scope():
        assert texts() == ["The words come apart"]
    assert inbox.network.calls["fetch_messages"] == 1


@pytest.mark.parametrize(
    "error", [TransientError("unavailable", network="memory"), RateLimited("rate_limited", network="memory")]
)
def test_words_that_cannot_be_had_now_are_asked_for_later(
    inbox: Inbox, monkeypatch: pytest.MonkeyPatch, error: TransientError
) -> None:
    announce(inbox, monkeypatch)
    inbox.network.fail_next("fetch_messages", error)
    read(inbox)
    with inbox.scope():
        assert (texts(), InboundEvent.objects.get().attempts) == ([], 1)

    inbox.clock.forward(hours=1)
    read(inbox)

    with inbox.scope():
        assert texts() == ["The words come apart"]


def tell_namelessly(inbox: Inbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the network's events give its authors' ids and nothing else, as Messenger does."""
    honest = inbox.network.read_event

    def bare(payload: Any, *, account_id: str) -> tuple[Incoming, ...]:
        (whole,) = honest(payload, account_id=account_id)
        assert whole.message is not None
        assert whole.message.author is not None
        author = Author(network_id=whole.message.author.network_id)
        return (replace(whole, message=replace(whole.message, author=author)),)

    monkeypatch.setattr(inbox.network, "read_event", bare)


def test_an_author_whom_the_event_does_not_name_is_asked_for_once(
    inbox: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    tell_namelessly(inbox, monkeypatch)
    for text in ("first", "second"):
        write(inbox, text, kind=MessageKind.PRIVATE)
        deliver(inbox)
        read(inbox)

    assert inbox.network.calls["fetch_messages"] == 1
    with inbox.scope():
        assert (Item.objects.get().author_name, texts()) == ("Sam Stranger", ["first", "second"])


def test_a_message_is_taken_without_a_name_where_none_can_be_had(
    inbox: Inbox, monkeypatch: pytest.MonkeyPatch, poll: Poll
) -> None:
    tell_namelessly(inbox, monkeypatch)
    inbox.network.fail_next("fetch_messages", TransientError("unavailable", network="memory"))
    write(inbox, "Hello", kind=MessageKind.PRIVATE)
    deliver(inbox)
    read(inbox)
    with inbox.scope():
        assert (Item.objects.get().author_name, texts()) == ("", ["Hello"])

    ask(inbox)

    with inbox.scope():
        assert Item.objects.get().author_name == "Sam Stranger"
        assert len(texts()) == 1


def test_however_many_come_without_their_words_each_gets_its_own(inbox: Inbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "AT_ONCE", 2)
    for number in range(5):
        write(inbox, f"wordless {number}")
    honest = inbox.network.read_event

    def bare(payload: Any, *, account_id: str) -> tuple[Incoming, ...]:
        return tuple(replace(each, needs_fetch=True) for each in honest(payload, account_id=account_id))

    monkeypatch.setattr(inbox.network, "read_event", bare)
    deliver(inbox)

    read(inbox)

    with inbox.scope():
        assert sorted(texts()) == [f"wordless {number}" for number in range(5)]


def test_words_that_the_network_does_not_tell_are_asked_for_again_and_never_let_go(
    inbox: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    announce(inbox, monkeypatch)
    monkeypatch.setattr(inbox.network, "fetch_messages", lambda *_args, **_more: {})

    for _ in range(8):
        read(inbox)
        inbox.clock.forward(hours=2)

    with inbox.scope():
        event = InboundEvent.objects.get()
        assert (event.state, event.reason) == ("dead", "unavailable")
        monkeypatch.undo()
        reading.read_again([event], now=inbox.now)
    read(inbox)
    with inbox.scope():
        assert texts() == ["The words come apart"]


@pytest.mark.django_db(transaction=True)
def test_two_first_webhooks_of_an_account_in_the_same_moment_are_both_kept(inbox: Inbox) -> None:
    with inbox.scope():
        Lane.objects.filter(queue="intake").delete()
    write(inbox, "first")
    first = inbox.network.webhook()
    write(inbox, "second")
    second = inbox.network.webhook()
    began, may_end = threading.Event(), threading.Event()

    def deliver_slowly() -> None:
        try:
            with transaction.atomic():
                receive("memory", inbox.network, first, now=inbox.now)
                began.set()
                may_end.wait(10)
        finally:
            connection.close()

    slow = threading.Thread(target=deliver_slowly)
    slow.start()
    began.wait(10)
    threading.Timer(0.5, may_end.set).start()
    receive("memory", inbox.network, second, now=inbox.now)
    slow.join()

    read(inbox)
    with inbox.scope():
        assert set(texts()) == {"first", "second"}


def test_a_worker_that_died_leaves_its_events_to_another(inbox: Inbox) -> None:
    write(inbox)
    deliver(inbox)
    reading.WORK.claim(now=inbox.now)
    assert read(inbox) == 0
    inbox.clock.forward(minutes=3)

    assert reading.give_back_expired(now=inbox.now) == 1

    assert read(inbox) == 1
    with inbox.scope():
        assert len(texts()) == 1


def test_events_come_in_although_the_accounts_token_died(inbox: Inbox) -> None:
    """A lost access must not hide what customers write."""
    inbox.network.withdraw_access()
    write(inbox)
    deliver(inbox)

    read(inbox)

    with inbox.scope():
        assert len(texts()) == 1


# -- the address that networks call ------------------------------------------------------------------------------------


def post(inbox: Inbox, arrived: Any) -> int:
    headers = dict(arrived.headers)
    answer = Client(enforce_csrf_checks=True).post(
        "/webhooks/memory", arrived.body, content_type="application/json", headers=headers
    )
    return answer.status_code


def test_a_signed_call_is_taken_and_a_forged_one_refused(inbox: Inbox) -> None:
    write(inbox)
    arrived = inbox.network.webhook()

    forged = type(arrived)(headers=dict.fromkeys(arrived.headers, "0" * 64), body=arrived.body)
    changed = type(arrived)(headers=arrived.headers, body=arrived.body + b" ")
    assert [post(inbox, forged), post(inbox, changed)] == [403, 403]
    with inbox.scope():
        assert not InboundEvent.objects.exists()

    assert post(inbox, arrived) == 200
    with inbox.scope():
        assert InboundEvent.objects.count() == 1


def test_however_many_calls_come_from_one_address_each_is_taken(inbox: Inbox) -> None:
    """A network calls from a few addresses: a throttle by address would refuse its words."""
    statuses = set()
    for number in range(120):
        write(inbox, f"Number {number}")
        statuses.add(post(inbox, inbox.network.webhook()))

    assert statuses == {200}
    with inbox.scope():
        assert InboundEvent.objects.count() == 120


def test_a_body_is_read_no_further_than_what_is_taken(inbox: Inbox, settings: Any) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000
    write(inbox)
    arrived = inbox.network.webhook()
    request = RequestFactory().post(
        "/webhooks/memory", arrived.body + b" " * 2000, content_type="application/json", headers=dict(arrived.headers)
    )
    request.META["CONTENT_LENGTH"] = ""  # sent in chunks: no length was announced
    request._stream = BytesIO(arrived.body + b" " * 2000)

    assert webhook(request, "memory").status_code == 403
    assert request._stream.tell() <= 1001


def test_the_handshake_is_answered_to_whoever_knows_its_word(inbox: Inbox) -> None:
    client = Client()

    answer = client.get("/webhooks/memory", {"challenge": "42", "token": HANDSHAKE_TOKEN})

    assert (answer.status_code, answer.content) == (200, b"42")
    assert client.get("/webhooks/memory", {"challenge": "42", "token": "guess"}).status_code == 403
    assert client.get("/webhooks/memory").status_code == 404
    assert client.get("/webhooks/nothing").status_code == 404


def test_a_person_who_leaves_holds_the_accounts_that_live_by_them(inbox: Inbox) -> None:
    with inbox.scope():
        person = inbox.account.grant.outside_id
        inbox.account.grant.save()
        use("memory", Kind.PERSON, [person])
    inbox.network.end_access(person)

    deliver(inbox)

    with inbox.scope():
        assert Grant.objects.get().state == Grant.State.LOST
        assert SocialAccount.objects.get().state_reason == "access_withdrawn"
    with pytest.raises(WebhookRefused):
        receive("memory", inbox.network, type(inbox.network.webhook())(headers={}, body=b"{}"), now=inbox.now)


# -- polling -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def poll(inbox: Inbox) -> Poll:
    """Acme's account, due to be asked."""
    with inbox.scope():
        SocialAccount.objects.update(capabilities=["publish", "engage"])
    assert polling.begin_polling(now=inbox.now) == 1
    assert polling.begin_polling(now=inbox.now) == 0
    with inbox.scope():
        found: Poll = Poll.objects.get()
        return found


def ask(inbox: Inbox) -> int:
    return polling.poll_due(inbox.clock)


def mention(inbox: Inbox, text: str) -> str:
    return write(inbox, text, kind=MessageKind.MENTION)


def test_polling_brings_what_no_webhook_did_and_nothing_twice(inbox: Inbox, poll: Poll) -> None:
    mention(inbox, "by both ways")
    deliver(inbox)
    read(inbox)
    for number in range(25):
        mention(inbox, f"by polling {number}")

    assert ask(inbox) == 1
    inbox.clock.forward(hours=1)
    ask(inbox)

    with inbox.scope():
        assert len(texts()) == len(set(texts())) == 26
        poll.refresh_from_db()
        assert (poll.reason, poll.available_at) == ("", inbox.now + polling.WITH_WEBHOOKS)


def test_accounts_that_share_a_budget_are_asked_less_often(
    inbox: Inbox, poll: Poll, monkeypatch: pytest.MonkeyPatch
) -> None:
    shared = Budget(key="units", reach=Reach.APP, unit="units", limit=48, window=timedelta(days=1))
    monkeypatch.setattr(InMemoryProvider, "budgets", (shared,))
    monkeypatch.setattr(InMemoryProvider, "cost", lambda *_args, **_more: {"units": 1})
    with inbox.scope():
        for _each in range(3):
            Poll.objects.create(social_account=make_social_account("memory"), since=inbox.now)

    ask(inbox)

    with inbox.scope():
        poll.refresh_from_db()
        assert poll.available_at == inbox.now + timedelta(hours=4)  # four accounts, twenty-four turns a day
        assert poll.interval_seconds == 4 * 60 * 60


def test_reading_waits_where_answering_still_has_room(
    inbox: Inbox, poll: Poll, monkeypatch: pytest.MonkeyPatch
) -> None:
    shared = Budget(key="units", reach=Reach.APP, unit="units", limit=10, window=timedelta(days=1))
    monkeypatch.setattr(InMemoryProvider, "budgets", (shared,))
    monkeypatch.setattr(InMemoryProvider, "cost", lambda *_args, **_more: {"units": 1})
    posts = [Need(network="memory", account_id="bakery", person_id="", units={"units": 1})] * 8
    assert reserve(posts, now=inbox.now) == [None] * 8
    with inbox.scope():
        inbox.answer(inbox.written().item)

    ask(inbox)

    with inbox.scope():
        poll.refresh_from_db()
        assert (poll.reason, poll.available_at) == ("over_budget", inbox.now + timedelta(days=1))
        waiting = reading_that_waits([inbox.account.pk], now=inbox.now)
    assert [(each.what, each.until) for each in waiting] == [("poll", inbox.now + timedelta(days=1))]
    assert inbox.work() == 1
    assert inbox.replies == ["Yes, from eight."]


def test_a_poll_that_is_cut_short_goes_on_where_it_was_stored(inbox: Inbox, poll: Poll) -> None:
    inbox.network.page_size = 5
    for number in range(12):
        mention(inbox, f"message {number}")
    honest, asked = inbox.network._next, iter(range(10))

    def fail_at_the_second(*args: Any, **more: Any) -> Any:
        if next(asked) == 1:
            raise TransientError("unavailable", network="memory")
        return honest(*args, **more)

    inbox.network._next = fail_at_the_second  # type: ignore[method-assign]
    ask(inbox)
    with inbox.scope():
        poll.refresh_from_db()
        assert (len(texts()), poll.reason, poll.attempts) == (5, "unavailable", 1)
        assert poll.cursor

    inbox.clock.forward(hours=1)
    ask(inbox)

    with inbox.scope():
        assert len(texts()) == 12


def test_a_lost_access_stops_asking_and_tells(inbox: Inbox, poll: Poll) -> None:
    inbox.network.fail_next("poll", AuthorisationLost("access_lost", network="memory"))

    ask(inbox)

    with inbox.scope():
        assert SocialAccount.objects.get().state == SocialAccount.State.LOST
        poll.refresh_from_db()
        assert poll.reason == "access_lost"
    inbox.clock.forward(hours=2)
    ask(inbox)
    assert inbox.network.calls["poll"] == 1


def test_more_can_be_brought_in_from_before(inbox: Inbox, poll: Poll) -> None:
    mention(inbox, "long ago")
    inbox.clock.forward(days=30)
    mention(inbox, "today")
    with inbox.scope():
        Poll.objects.update(since=inbox.now - timedelta(days=7), available_at=inbox.now)
    ask(inbox)
    with inbox.scope():
        assert texts() == ["today"]
        polling.fill_back(inbox.account, since=inbox.now - timedelta(days=60), now=inbox.now)

    ask(inbox)

    with inbox.scope():
        assert sorted(texts()) == ["long ago", "today"]


def test_what_is_asked_from_before_survives_a_poll_that_is_under_way(inbox: Inbox, poll: Poll) -> None:
    mention(inbox, "long ago")
    inbox.clock.forward(days=30)
    mention(inbox, "today")
    with inbox.scope():
        Poll.objects.update(since=inbox.now - timedelta(days=7), available_at=inbox.now)
    honest, asked = inbox.network._next, iter((True,))

    def be_interrupted(*args: Any, **more: Any) -> Any:
        if next(asked, False):
            with inbox.scope():
                polling.fill_back(inbox.account, since=inbox.now - timedelta(days=60), now=inbox.now)
        return honest(*args, **more)

    inbox.network._next = be_interrupted  # type: ignore[method-assign]

    ask(inbox)
    ask(inbox)

    with inbox.scope():
        assert sorted(texts()) == ["long ago", "today"]


def test_an_error_for_good_is_shown_and_asked_again_later(inbox: Inbox, poll: Poll) -> None:
    inbox.network.fail_next("poll", PermanentError("permission_missing", network="memory"))

    ask(inbox)

    with inbox.scope():
        poll.refresh_from_db()
        assert poll.reason == "permission_missing"
        assert poll.available_at is not None
        assert poll.available_at > inbox.now


# -- hours that come back ----------------------------------------------------------------------------------------------


def test_a_deferred_item_comes_back_at_its_hour_however_long_ago(inbox: Inbox) -> None:
    with inbox.scope():
        item = inbox.written().item
        commands.engage(item, key=uuid.uuid4(), actor=inbox.bob, now=inbox.now)
        until = inbox.now + timedelta(hours=1)
        commands.defer(item, until=until, version=2, key=uuid.uuid4(), actor=inbox.bob, now=inbox.now)

    assert wake_due(now=inbox.now) == 0
    inbox.clock.forward(days=90)
    assert wake_due(now=inbox.now) == 1

    with inbox.scope():
        item = inbox.fresh(item)
        assert (item.state, item.assignee, item.deferred_until) == (ItemState.ASSIGNED, inbox.bob.user, None)
        assert Item.objects.filter(state=ItemState.DEFERRED).count() == 0


def test_held_lanes_of_answers_do_not_hold_what_comes_in(inbox: Inbox) -> None:
    write(inbox)
    deliver(inbox)
    with inbox.scope():
        hold_lanes([inbox.account], reason="access_lost")
        assert vault.account_for_calls(inbox.account).network_id == "bakery"

    assert read(inbox) == 1

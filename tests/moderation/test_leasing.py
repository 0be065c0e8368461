"""Content that may be kept for a time only: kept fresh while somebody needs it, ended otherwise."""

from datetime import timedelta

import pytest

from accounts.models import Membership
from integrations.errors import TransientError
from moderation.models import Item, Message, Thread
from moderation.services.leasing import keep_fresh
from moderation.services.reading import read_due
from moderation.services.receiving import receive
from moderation.states import ItemState, Visibility
from privacy import leases
from tests.houses import signed_in
from tests.moderation.conftest import Inbox

DAY = timedelta(hours=24)


@pytest.fixture
def message(inbox: Inbox) -> Message:
    """A message that came in under a lease of a day."""
    inbox.network.content_lease = DAY
    inbox.network.write("bakery", "Is it fresh?", at=inbox.now)
    receive("memory", inbox.network, inbox.network.webhook(), now=inbox.now)
    read_due(inbox.clock)
    with inbox.scope():
        found: Message = Message.objects.get()
        assert found.lease_until == inbox.now + DAY
        return found


def nightly(inbox: Inbox, **forward: float) -> Message:
    now = inbox.clock.forward(**forward)
    leases.run(inbox.house.acme.pk, at=now, clock=inbox.clock)
    with inbox.scope():
        found: Message = Message.objects.get()
        return found


def test_what_is_needed_is_fetched_anew_before_its_hour(inbox: Inbox, message: Message) -> None:
    inbox.network.edit(message.network_id, "Is it still fresh?", at=inbox.now + timedelta(hours=1))

    fresh = nightly(inbox, hours=20)

    assert (fresh.text, fresh.lease_until) == ("Is it still fresh?", inbox.now + DAY)


def test_what_is_gone_there_is_gone_here(inbox: Inbox, message: Message) -> None:
    inbox.network.delete(message.network_id, at=inbox.now)

    gone = nightly(inbox, hours=20)

    assert (gone.text, gone.visibility) == ("", Visibility.DELETED)


def test_what_nobody_needs_any_more_ends_at_its_hour(inbox: Inbox, message: Message) -> None:
    with inbox.scope():
        Item.objects.update(state=ItemState.CLOSED, last_activity_at=inbox.now - timedelta(days=8))
        Thread.objects.update(subject_text="Fresh bread")

    assert nightly(inbox, hours=20).text == "Is it fresh?"
    ended = nightly(inbox, hours=5)

    assert (ended.text, ended.blanked_at, ended.lease_until) == ("", inbox.now, None)
    with inbox.scope():
        item = Item.objects.get()
        assert (item.excerpt, item.state, item.message_count) == ("", ItemState.CLOSED, 1)
        assert Thread.objects.get().subject_text == ""
    assert inbox.network.calls["fetch_messages"] == 0


def test_a_network_that_does_not_answer_lets_it_end(inbox: Inbox, message: Message) -> None:
    inbox.network.fail_next("fetch_messages", TransientError("unavailable", network="memory"))
    assert nightly(inbox, hours=20).lease_until == message.lease_until

    inbox.network.fail_next("fetch_messages", TransientError("unavailable", network="memory"))
    assert nightly(inbox, hours=5).text == ""


def test_only_the_organisations_own_messages_are_fetched(inbox: Inbox, message: Message) -> None:
    keep_fresh(inbox.house.elsewhere.pk, [message.pk], inbox.now)

    assert inbox.network.calls["fetch_messages"] == 0


def test_content_that_ended_is_fetched_for_the_eye_and_stored_nowhere(inbox: Inbox, message: Message) -> None:
    with inbox.scope():
        Item.objects.update(state=ItemState.CLOSED, last_activity_at=inbox.now - timedelta(days=8))
    ended = nightly(inbox, hours=25)
    browser = signed_in(inbox.bob.user)
    path = inbox.house.path(f"inbox/messages/{ended.pk}/fresh/")

    answer = browser.get(path)

    assert "Is it fresh?" in answer.content.decode()
    assert answer["Cache-Control"] == "no-store"
    with inbox.scope():
        assert (Message.objects.get().text, Item.objects.get().excerpt) == ("", "")
    inbox.network.delete(message.network_id, at=inbox.now)
    assert "no longer there" in browser.get(path).content.decode()
    assert signed_in(inbox.house.charlie).get(path).status_code == 404


def test_what_is_kept_or_closed_to_a_member_is_not_fetched_for_them(inbox: Inbox, message: Message) -> None:
    path = inbox.house.path(f"inbox/messages/{message.pk}/fresh/")
    assert signed_in(inbox.bob.user).get(path).status_code == 404

    with inbox.scope():
        Message.objects.update(blanked_at=inbox.now, text="")
        Membership.objects.filter(pk=inbox.bob.pk).update(all_accounts=False)

    assert signed_in(inbox.bob.user).get(path).status_code == 404
    assert inbox.network.calls["fetch_messages"] == 0

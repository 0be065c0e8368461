"""What a network tells nobody is noticed all the same: that people edit and delete what they had written."""

from dataclasses import replace
from datetime import timedelta

import pytest

from integrations.contract import Budget
from integrations.engagement import Revisits, Subject
from integrations.errors import Reach, TransientError
from integrations.models import SocialAccount
from integrations.testing import InMemoryProvider
from moderation.models import Item, Message, MessageRevision, Poll, Thread
from moderation.services import polling
from moderation.services.revisiting import LIVELY
from moderation.states import ItemState, Visibility
from tests.moderation.conftest import Inbox

DAY = timedelta(days=1)


@pytest.fixture
def quiet(inbox: Inbox) -> Inbox:
    """A network that tells nothing of edits and deletions; Acme's account is asked in turns."""
    inbox.network.revisits = Revisits(every=DAY, at_once=2)
    with inbox.scope():
        SocialAccount.objects.update(capabilities=["publish", "engage"])
    polling.begin_polling(now=inbox.now)
    return inbox


def written(inbox: Inbox, *texts: str) -> list[str]:
    """Let somebody write, an hour ago; return the ids at the network."""
    with inbox.scope():
        found = [inbox.written(text).network_id for text in texts]
        Message.objects.update(received_at=inbox.now)
    inbox.clock.forward(hours=2)
    return found


def turn(inbox: Inbox, **forward: float) -> int:
    """Let the account's next turn come; return how often messages were fetched in it."""
    inbox.clock.forward(**forward)
    before = inbox.network.calls["fetch_messages"]
    polling.poll_due(inbox.clock)
    return inbox.network.calls["fetch_messages"] - before


def standing(inbox: Inbox) -> dict[str, tuple[str, str]]:
    with inbox.scope():
        return {each.network_id: (each.text, each.visibility) for each in Message.objects.all()}


def test_what_was_silently_edited_and_deleted_is_noticed(quiet: Inbox) -> None:
    edited, deleted = written(quiet, "Do you have rye?", "Awful.")
    there = quiet.network.messages
    with quiet.scope():
        Thread.objects.update(subject_id="post-1", subject_text="Rye")
    film = Subject(network_id="post-1", text="Rye is back")
    there[edited] = replace(there[edited], text="Do you have rye bread?", subject=film, edited_at=quiet.now)
    del there[deleted]

    assert turn(quiet) == 1

    found = standing(quiet)
    assert found[edited] == ("Do you have rye bread?", Visibility.VISIBLE)
    assert found[deleted] == ("", Visibility.DELETED)
    with quiet.scope():
        assert [each.text for each in MessageRevision.objects.all()] == ["Do you have rye?"]
        assert Item.objects.get(messages__network_id=deleted).is_deleted
        assert Thread.objects.get(messages__network_id=edited).subject_text == "Rye is back"


def test_stars_that_change_without_a_word_are_an_edit(quiet: Inbox) -> None:
    [review] = written(quiet, "Good crust")
    with quiet.scope():
        Message.objects.update(rating=2, kind="review")
        Item.objects.update(rating=2, kind="review")
    there = quiet.network.messages
    there[review] = replace(there[review], rating=5, edited_at=quiet.now)

    turn(quiet)

    with quiet.scope():
        assert (Message.objects.get().rating, Item.objects.get().rating) == (5, 5)
        assert not MessageRevision.objects.exists()


def test_all_come_in_turn_and_each_once_a_day(quiet: Inbox) -> None:
    ids = written(quiet, *(f"Message {number}" for number in range(5)))

    assert [turn(quiet, minutes=16) for _ in range(5)] == [1, 1, 1, 0, 0]
    del quiet.network.messages[ids[0]]
    assert turn(quiet, hours=20) == 0
    for _ in range(4):
        turn(quiet, hours=2)

    assert standing(quiet)[ids[0]] == ("", Visibility.DELETED)
    assert sum(visibility == Visibility.VISIBLE for _, visibility in standing(quiet).values()) == 4


def test_what_has_just_come_or_rests_for_long_is_left_alone(quiet: Inbox) -> None:
    fresh, old, gone = written(quiet, "Just now", "Long ago", "Deleted long ago")
    with quiet.scope():
        Message.objects.filter(network_id=fresh).update(received_at=quiet.now)
        Item.objects.filter(messages__network_id=old).update(last_activity_at=quiet.now - LIVELY - DAY)
        Message.objects.filter(network_id=gone).update(visibility=Visibility.DELETED)

    assert turn(quiet) == 0


def test_our_own_words_that_vanish_there_stay_readable_here(quiet: Inbox) -> None:
    [theirs] = written(quiet, "Until when?")
    with quiet.scope():
        item = Item.objects.get()
        quiet.answer(item, "Until six.")
    quiet.work()
    quiet.clock.forward(hours=2)
    [ours] = [each for each, said in quiet.network.messages.items() if said.by_account]
    del quiet.network.messages[ours]

    turn(quiet, hours=2)

    assert standing(quiet)[ours] == ("Until six.", Visibility.DELETED)
    assert standing(quiet)[theirs][1] == Visibility.VISIBLE
    with quiet.scope():
        assert Item.objects.get().state == ItemState.REPLIED


def test_without_room_or_an_answer_it_goes_on_where_it_stood(quiet: Inbox, monkeypatch: pytest.MonkeyPatch) -> None:
    daily = Budget(key="memory.fetches", reach=Reach.APP, unit="calls", limit=100, window=DAY)
    monkeypatch.setattr(InMemoryProvider, "budgets", (daily,))
    costs = {"fetch": {"memory.fetches": 1}}
    monkeypatch.setattr(InMemoryProvider, "cost", lambda _self, operation, *_args, **_more: costs.get(operation, {}))
    ids = written(quiet, "One", "Two", "Three")
    quiet.network.fail_next("fetch_messages", TransientError("unavailable", network="memory"))
    for each in ids:
        del quiet.network.messages[each]

    turn(quiet)
    assert all(visibility == Visibility.VISIBLE for _, visibility in standing(quiet).values())
    with quiet.scope():
        poll = Poll.objects.get()
        # A tenth of a hundred a day is one look in 2.4 hours.
        assert (poll.revisited, poll.revisit_at) == (None, quiet.now + timedelta(hours=2.4))
    assert turn(quiet, hours=2) == 0
    assert turn(quiet, hours=1) == 1
    assert turn(quiet, hours=3) == 1

    assert all(visibility == Visibility.DELETED for _, visibility in standing(quiet).values())


def test_a_network_that_tells_of_edits_itself_is_not_asked(inbox: Inbox) -> None:
    with inbox.scope():
        SocialAccount.objects.update(capabilities=["publish", "engage"])
    polling.begin_polling(now=inbox.now)
    written(inbox, "Is it fresh?")

    assert turn(inbox) == 0


@pytest.mark.parametrize(("listening", "looks"), [("told", 0), ("polled", 1)])
def test_where_a_network_tells_of_them_only_accounts_it_does_not_tell_of_are_looked_at(
    quiet: Inbox, listening: str, looks: int
) -> None:
    quiet.network.revisits = Revisits(every=DAY, at_once=2, always=False)
    with quiet.scope():
        SocialAccount.objects.update(listening=listening)
    written(quiet, "Do you have rye?")

    assert turn(quiet) == looks

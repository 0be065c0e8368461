"""What comes in becomes the same threads, items and messages in whatever order, and however often, it is told."""

import random
from collections.abc import Iterator
from datetime import timedelta

import pytest

from integrations.engagement import Act, Change, MessageKind
from lib.tenancy.scope import scope
from moderation.models import Contact, EarlyNews, Identity, Item, Message, MessageRevision
from moderation.searching import with_words
from moderation.services.acting import acts_offered
from moderation.services.answering import Seen
from moderation.services.counting import find_drift
from moderation.services.storing import Arrival, Changed, store
from moderation.states import ItemState, Visibility, WayOut
from moderation.trouble import Missed
from privacy import erasing, leases
from privacy.models import LegalHold
from privacy.people import whole_person
from privacy.record_classes import Mode
from privacy.services.requests import ask_for_erasure
from tests.factories import NOON
from tests.moderation.arriving import AMINE, PAGE, by_us, edited, news, picture, written
from tests.moderation.conftest import Inbox

LATER = NOON + timedelta(hours=1)


@pytest.fixture
def inside(inbox: Inbox) -> Iterator[Inbox]:
    """The inbox, in Acme's scope."""
    with inbox.scope():
        yield inbox


def bring(inbox: Inbox, *arrivals: Arrival) -> list[Changed]:
    return store(arrivals, organisation_id=inbox.house.acme.pk, now=LATER)


def only_item() -> Item:
    found: Item = Item.objects.get()
    return found


def test_a_strangers_message_makes_an_item_that_waits(inside: Inbox) -> None:
    changed = bring(inside, written(inside.account, 1, "Is the  stollen\nback?"))

    item = only_item()
    assert [(each.item_id, each.is_new, each.version) for each in changed] == [(item.pk, True, 1)]
    assert (item.state, item.author_name, item.excerpt) == (ItemState.NEW, "Camille Fontaine", "Is the stollen back?")
    assert (item.waiting_since, item.message_count) == (NOON + timedelta(minutes=1), 1)
    message = Message.objects.get()
    assert (message.text, message.author.network_id, message.item) == ("Is the  stollen\nback?", "camille", item)
    assert item.last_stranger_message_id == message.pk


def test_what_the_network_lets_be_done_about_a_message_is_kept(inside: Inbox) -> None:
    bring(inside, written(inside.account, 1, acts=frozenset({Act.REPLY, Act.LIKE})), written(inside.account, 2))

    narrow, wide = Message.objects.select_related("social_account").order_by("network_id")
    assert acts_offered(narrow) == {Act.REPLY, Act.LIKE}
    assert acts_offered(wide) >= {Act.REPLY, Act.LIKE, Act.HIDE}


def test_told_again_nothing_changes(inside: Inbox) -> None:
    bring(inside, written(inside.account, 1))

    assert bring(inside, written(inside.account, 1), written(inside.account, 1)) == []
    assert only_item().version == 1


def test_public_threads_have_an_item_an_author_and_private_ones_one(inside: Inbox) -> None:
    account = inside.account
    bring(inside, written(account, 1), written(account, 2, author=AMINE), written(account, 3))
    bring(
        inside,
        written(account, 4, kind=MessageKind.PRIVATE, thread_id="camille", subject=None),
        written(account, 5, kind=MessageKind.PRIVATE, thread_id="camille", subject=None),
        written(account, 6, author=None, thread_id="post-2"),
        written(account, 7, author=None, thread_id="post-2"),
    )

    assert sorted(Item.objects.values_list("key", "message_count")) == [
        ("", 2),
        ("amine", 1),
        ("camille", 2),
        ("message:m6", 1),
        ("message:m7", 1),
    ]
    assert Identity.objects.count() == 2


def test_an_answer_written_and_edited_on_the_network_says_what_it_says_there(inside: Inbox) -> None:
    bring(inside, written(inside.account, 1), by_us(inside.account, 2, "From nine.", answers_id="m1"))

    as_edited = {"answers_id": "m1", "author": PAGE, "by_account": True}
    bring(inside, edited(inside.account, 2, "From eight.", minutes=5, **as_edited))

    answer = Message.objects.get(origin=Message.Origin.NATIVE)
    assert (answer.text, [each.text for each in answer.revisions.all()]) == ("From eight.", ["From nine."])
    assert (only_item().excerpt, only_item().state) == ("From eight.", ItemState.REPLIED)


def test_an_answer_written_on_the_network_itself_marks_the_item_replied(inside: Inbox) -> None:
    bring(inside, written(inside.account, 1), by_us(inside.account, 2, "Yes!", answers_id="m1"))

    item = only_item()
    assert (item.state, item.waiting_since, item.excerpt) == (ItemState.REPLIED, None, "Yes!")
    assert Message.objects.get(network_id="m2").origin == Message.Origin.NATIVE


def test_the_accounts_own_words_to_nobody_make_no_item(inside: Inbox) -> None:
    bring(inside, by_us(inside.account, 1, "Open until eight."))

    assert not Item.objects.exists()
    assert Message.objects.get().item is None


@pytest.mark.parametrize(
    ("state", "assigned", "woken"),
    [
        (ItemState.NEW, False, ItemState.NEW),
        (ItemState.ASSIGNED, True, ItemState.ASSIGNED),
        (ItemState.DEFERRED, True, ItemState.ASSIGNED),
        (ItemState.DEFERRED, False, ItemState.NEW),
        (ItemState.REPLIED, True, ItemState.ASSIGNED),
        (ItemState.REPLIED, False, ItemState.NEW),
        (ItemState.CLOSED, True, ItemState.NEW),
        (ItemState.IGNORED, False, ItemState.IGNORED),
    ],
)
def test_a_strangers_next_message_wakes_the_item(
    inside: Inbox, state: ItemState, assigned: bool, woken: ItemState
) -> None:
    bring(inside, written(inside.account, 1))
    Item.objects.update(
        state=state,
        assignee=inside.bob.user if assigned else None,
        waiting_since=None,
        deferred_until=LATER if state == ItemState.DEFERRED else None,
    )

    bring(inside, written(inside.account, 2))

    item = only_item()
    assert item.state == woken
    assert (item.waiting_since is None) == (woken == ItemState.IGNORED)
    assert item.message_count == 2
    assert find_drift() == {}


def test_words_older_than_our_answer_wake_nobody(inside: Inbox) -> None:
    bring(inside, written(inside.account, 1), by_us(inside.account, 5, answers_id="m1"))

    bring(inside, written(inside.account, 3, "forgotten on the way"))

    item = only_item()
    assert (item.state, item.waiting_since) == (ItemState.REPLIED, None)


def test_an_edit_keeps_what_was_said_before(inside: Inbox) -> None:
    bring(inside, written(inside.account, 1, "Befor"), edited(inside.account, 1, "Before", minutes=5))

    message = Message.objects.get()
    assert (message.text, message.edited_at) == ("Before", NOON + timedelta(minutes=5))
    assert [each.text for each in MessageRevision.objects.all()] == ["Befor"]
    assert all(list(with_words(Item.objects.all(), words)) == [only_item()] for words in ("befor", "before"))
    assert only_item().excerpt == "Before"


def test_a_deletion_on_the_network_is_followed_and_shown(inside: Inbox) -> None:
    bring(inside, written(inside.account, 1, "Secret words"), edited(inside.account, 1, "Secret", minutes=2))

    changed = bring(inside, news(inside.account, Change.DELETED, 1, minutes=9))

    message = Message.objects.get()
    assert (message.text, message.visibility, message.words) == ("", Visibility.DELETED, None)
    assert not MessageRevision.objects.exists()
    item = only_item()
    assert (item.is_deleted, item.excerpt, len(changed)) == (True, "", 1)


def test_a_deletion_takes_what_was_written_on_the_network_and_leaves_what_was_sent_from_here(inside: Inbox) -> None:
    bring(inside, written(inside.account, 1), by_us(inside.account, 2, "Written there", answers_id="m1"))
    reply = inside.answer(only_item(), "Sent from here.").message
    Message.objects.filter(pk=reply.pk).update(way_out=WayOut.SENT, network_id="m3")

    bring(inside, *(news(inside.account, Change.DELETED, number, minutes=9) for number in (2, 3)))

    ours = Message.objects.exclude(origin=Message.Origin.STRANGER)
    assert dict(ours.values_list("text", "visibility")) == {"": "deleted", "Sent from here.": "deleted"}
    reply.refresh_from_db()
    assert reply.blanked_at is None
    assert list(with_words(Item.objects.all(), "sent from")) == [only_item()]


@pytest.mark.parametrize("kept_by", ["everything", "record_class", "thread", "identity", "contact", "another thread"])
def test_what_a_hold_keeps_outlasts_a_deletion_on_the_network_until_its_release(inside: Inbox, kept_by: str) -> None:
    bring(inside, written(inside.account, 1, "Words in dispute"), edited(inside.account, 1, "Words", minutes=2))
    message = Message.objects.select_related("author").get()
    contact = Contact.objects.create(name="Camille")
    Identity.objects.update(contact=contact)
    kinds = {"thread": message.thread_id, "identity": message.author_id, "contact": contact.pk, "another thread": -1}
    hold: LegalHold = LegalHold.objects.create(
        title="Claim 4711",
        reason="In court",
        scope=kept_by.removeprefix("another "),
        record_class="messages" if kept_by == "record_class" else "",
        subject_id=kinds.get(kept_by),
    )

    bring(inside, news(inside.account, Change.DELETED, 1, minutes=9))

    message.refresh_from_db()
    assert message.visibility == Visibility.DELETED
    assert (message.text, MessageRevision.objects.count()) == (("Words", 1) if kept_by != "another thread" else ("", 0))

    LegalHold.objects.filter(pk=hold.pk).update(released_at=LATER)
    leases.run(inside.house.acme.pk, at=LATER, clock=lambda: LATER)
    message.refresh_from_db()
    assert (message.text, MessageRevision.objects.count(), only_item().excerpt) == ("", 0, "")


def test_an_answer_that_is_adopted_late_is_new_to_whoever_had_the_item_open(inside: Inbox) -> None:
    bring(inside, written(inside.account, 1), by_us(inside.account, 4, "To the other", answers_id="m3"))
    bring(inside, by_us(inside.account, 2, "To the first", answers_id="m1"))
    seen = only_item().last_own_message_id

    bring(inside, written(inside.account, 3, "And the other?"))

    late = Message.objects.get(network_id="m4")
    assert late.item == only_item()
    assert late.pk == only_item().last_own_message_id > seen
    with pytest.raises(Missed) as refused:
        inside.answer(only_item(), seen=Seen(message_id=late.pk, own_id=seen))
    assert refused.value.messages == [late]


def test_a_line_is_cut_at_a_word_however_it_came_to_be_written(inside: Inbox) -> None:
    long = "stollen " * 60
    bring(inside, written(inside.account, 1, long))
    first = only_item().excerpt

    bring(inside, edited(inside.account, 1, f"{long}again", minutes=2))

    assert first == only_item().excerpt
    assert first.endswith("stollen…")
    assert len(first) < 240


def test_news_that_come_before_their_message_are_told_to_it(inside: Inbox) -> None:
    bring(inside, news(inside.account, Change.DELETED, 1, minutes=9), news(inside.account, Change.HIDDEN, 2, minutes=9))
    assert EarlyNews.objects.count() == 2

    bring(inside, written(inside.account, 1), written(inside.account, 2))

    assert dict(Message.objects.values_list("network_id", "visibility")) == {"m1": "deleted", "m2": "hidden"}
    assert not EarlyNews.objects.exists()


def test_an_older_word_never_undoes_a_newer_one(inside: Inbox) -> None:
    bring(
        inside,
        written(inside.account, 1, "first"),
        edited(inside.account, 1, "third", minutes=9),
        edited(inside.account, 1, "second", minutes=5),
        news(inside.account, Change.HIDDEN, 1, minutes=9),
        news(inside.account, Change.SHOWN, 1, minutes=5),
        written(inside.account, 1, "first"),
    )

    message = Message.objects.get()
    assert (message.text, message.visibility) == ("third", Visibility.HIDDEN)


def test_our_own_reply_is_recognised_when_it_comes_back(inside: Inbox) -> None:
    bring(inside, written(inside.account, 1))
    reply = inside.answer(only_item(), "Yes, from eight.").message
    Message.objects.filter(pk=reply.pk).update(way_out=WayOut.SENDING)

    bring(inside, by_us(inside.account, 2, "Yes, from eight.", answers_id="m1"))

    reply.refresh_from_db()
    assert (reply.network_id, reply.way_out) == ("m2", WayOut.SENT)
    assert Message.objects.count() == 2
    assert only_item().message_count == 2


def on_its_way(inbox: Inbox, key: str, text: str) -> Message:
    """A reply to one stranger's item whose answer has not come."""
    reply = inbox.answer(Item.objects.get(key=key), text).message
    Message.objects.filter(pk=reply.pk).update(way_out=WayOut.SENDING)
    return reply


def test_of_two_replies_with_the_same_words_each_is_recognised_by_what_it_answers(inside: Inbox) -> None:
    bring(inside, written(inside.account, 1), written(inside.account, 2, author=AMINE))
    first, second = on_its_way(inside, "camille", "Thank you!"), on_its_way(inside, "amine", "Thank you!")

    bring(inside, by_us(inside.account, 3, "Thank you!", answers_id="m2"))

    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.network_id, first.way_out) == ("", WayOut.SENDING)
    assert (second.network_id, second.way_out) == ("m3", WayOut.SENT)


def test_a_reply_to_a_reply_is_recognised_below_the_comment_on_top(inside: Inbox) -> None:
    bring(inside, written(inside.account, 1), written(inside.account, 2, author=AMINE, answers_id="m1"))
    reply = on_its_way(inside, "amine", "Thank you!")

    bring(inside, by_us(inside.account, 3, "Thank you!", answers_id="m1"))

    reply.refresh_from_db()
    assert (reply.network_id, reply.way_out) == ("m3", WayOut.SENT)


def test_an_echo_that_may_be_either_of_two_replies_is_left_to_the_answers_of_their_calls(inside: Inbox) -> None:
    bring(inside, written(inside.account, 1))
    replies = [on_its_way(inside, "camille", "Thank you!") for _ in range(2)]

    bring(inside, by_us(inside.account, 3, "Thank you!", answers_id="m1"))

    for reply in replies:
        reply.refresh_from_db()
        assert (reply.network_id, reply.way_out) == ("", WayOut.SENDING)
    assert Message.objects.get(network_id="m3").origin == Message.Origin.NATIVE


def test_content_that_comes_back_after_its_term_comes_back_under_a_term(inside: Inbox) -> None:
    inside.network.content_lease = timedelta(hours=24)
    bring(inside, written(inside.account, 1, "before"))
    Message.objects.update(text="", words=None, lease_until=None, blanked_at=LATER)

    bring(inside, edited(inside.account, 1, "after", minutes=5))

    message = Message.objects.get()
    assert (message.text, message.blanked_at) == ("after", None)
    assert message.lease_until == LATER + timedelta(hours=24)


def test_names_follow_the_network_until_they_were_anonymised(inside: Inbox) -> None:
    bring(inside, written(inside.account, 1))
    Identity.objects.update(name="", handle="", anonymised_at=LATER)

    bring(inside, written(inside.account, 2))

    assert Identity.objects.get().name == ""


def test_what_the_database_cannot_keep_is_taken_out(inside: Inbox) -> None:
    bring(inside, written(inside.account, 1, "nul\x00byte", permalink="javascript:alert(1)"))

    message = Message.objects.get()
    assert (message.text, message.permalink) == ("nulbyte", "")


def test_items_are_found_by_their_words_whatever_the_accents(inside: Inbox) -> None:
    bring(
        inside,
        written(inside.account, 1, "Où est passée la bûche pralinée ?"),
        written(inside.account, 2, "Nothing of interest", author=AMINE),
    )

    assert [each.key for each in with_words(Item.objects.all(), "BUCHE pral")] == ["camille"]
    assert [each.key for each in with_words(Item.objects.all(), "amine")] == ["amine"]
    assert not with_words(Item.objects.all(), "buche amine").exists()
    assert not with_words(Item.objects.all(), "' | ''").exists()


def test_a_search_never_leads_to_another_organisation(inbox: Inbox) -> None:
    with inbox.scope():
        bring(inbox, written(inbox.account, 1, "praline"))
    with scope(organisation=inbox.house.elsewhere.pk):
        assert not with_words(Item.objects.all(), "praline").exists()
        assert not with_words(Item.objects.all(), f"{inbox.house.acme.pk}:praline").exists()


@pytest.mark.parametrize("seed", range(8))
def test_any_order_and_any_repetition_end_in_the_same_inbox(inside: Inbox, seed: int) -> None:
    account, dice = inside.account, random.Random(seed)
    story = [
        written(account, 1),
        edited(account, 1, "Message one, edited", minutes=6),
        written(account, 2, author=AMINE),
        by_us(account, 3, "Yes!", answers_id="m1"),
        written(account, 4, answers_id="m3"),
        news(account, Change.HIDDEN, 2, minutes=8),
        written(account, 5, author=AMINE),
        news(account, Change.DELETED, 5, minutes=9),
        by_us(account, 7, "And thank you.", answers_id="m4"),
        written(account, 10, kind=MessageKind.PRIVATE, thread_id="amine", author=AMINE, subject=None),
        by_us(account, 11, kind=MessageKind.PRIVATE, thread_id="amine", subject=None),
    ]
    bring(inside, *story)
    expected = picture()
    Message.objects.all().delete()
    Item.objects.all().delete()

    told = story * 3
    dice.shuffle(told)
    while told:
        size = dice.randint(1, 7)
        bring(inside, *told[:size])
        told = told[size:]

    assert picture() == expected
    assert find_drift() == {}


def test_what_was_erased_does_not_come_back_with_the_next_poll(inbox: Inbox) -> None:
    with inbox.scope():
        bring(inbox, written(inbox.account, 1), written(inbox.account, 2, author=AMINE))
        person = whole_person("identity", Identity.objects.get(network_id="camille").pk)
        assert person is not None
        ask_for_erasure(person, mode=Mode.DELETE, actor=None, at=LATER)
    erasing.run_due(lambda: LATER)

    with inbox.scope():
        bring(inbox, written(inbox.account, 1), edited(inbox.account, 1, "Anew", minutes=5), written(inbox.account, 3))
        bring(inbox, news(inbox.account, Change.DELETED, 1, minutes=6))

        assert set(Message.objects.values_list("network_id", flat=True)) == {"m2", "m3"}
        assert not EarlyNews.objects.exists()


def test_an_author_who_was_blanked_stays_so_when_their_words_are_told_again(inbox: Inbox) -> None:
    with inbox.scope():
        bring(inbox, written(inbox.account, 1))
        person = whole_person("identity", Identity.objects.get().pk)
        assert person is not None
        ask_for_erasure(person, mode=Mode.ANONYMISE, actor=None, at=LATER)
    erasing.run_due(lambda: LATER)

    with inbox.scope():
        bring(inbox, written(inbox.account, 1))
        assert Identity.objects.get().name == ""

        bring(inbox, news(inbox.account, Change.DELETED, 1, minutes=6))
        assert Message.objects.get().visibility == Visibility.DELETED

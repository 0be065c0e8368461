"""An item's page: what was said and done about it, under which post, by whom; and nothing of it for others."""

from datetime import timedelta
from typing import Any

from django.utils import timezone

from integrations.engagement import Act, MessageKind
from moderation.models import (
    Assignment,
    Contact,
    Item,
    Message,
    MessageRevision,
    ModerationAction,
    Note,
    Thread,
    new_client_key,
)
from moderation.states import ItemState, Visibility, WayOut
from tests.factories import make_post, make_publication
from tests.moderation.factories import make_identity, make_item, make_message, make_thread
from tests.moderation.inbox.pages import fill, join, write
from tests.scheduler.pages import House


def page_of(house: House, item: Item, rest: str = "") -> Any:
    return house.browser().get(house.url(f"inbox/{item.pk}/{rest}"))


def test_it_tells_what_was_said_in_order(house: House) -> None:
    now = timezone.now()
    item = write(house, text="Is it back?", at=now - timedelta(hours=2))
    colleague = join(house, "Marek Dvorak").user
    with house.scope():
        note = {"item": item, "user": colleague, "client_key": new_client_key(), "text": "Back on Friday."}
        Note.objects.create(**note, written_at=now - timedelta(hours=1))
        Message.objects.create(
            thread=item.thread,
            item=item,
            social_account=house.page,
            origin=Message.Origin.AGENT,
            kind=item.kind,
            user=house.alice,
            text="It is.",
            written_at=now,
            way_out=WayOut.SENT,
            network_id="ours",
        )
        Assignment.objects.create(item=item, user=house.alice, by=colleague, began_at=now - timedelta(minutes=30))

    page = page_of(house, item)

    entries = page.context["opened"].entries
    assert [(one.kind, one.text) for one in entries] == [
        ("message", "Is it back?"),
        ("note", "Back on Friday."),
        ("assignment", ""),
        ("message", "It is."),
    ]
    html = page.content.decode()
    assert "Note by Marek Dvorak" in html
    assert "Marek Dvorak gave it to Alice" in html
    assert "accepted by Facebook" in html


def test_edits_and_deletions_are_shown(house: House) -> None:
    item = write(house, text="Second thoughts")
    with house.scope():
        message = Message.objects.get(item=item)
        MessageRevision.objects.create(message=message, text="First thoughts", replaced_at=timezone.now())
        make_message(item, "Gone", visibility=Visibility.DELETED)
        make_message(item, "Out of sight", visibility=Visibility.HIDDEN)

    html = page_of(house, item).content.decode()

    assert "First thoughts" in html
    assert "<s>Gone</s>" in html
    assert "deleted on the network" in html
    assert "hidden on the network" in html


def test_a_review_says_what_it_is_about_where_the_network_tells(house: House) -> None:
    item = write(house, kind=MessageKind.REVIEW)
    with house.scope():
        Thread.objects.filter(pk=item.thread_id).update(subject_id="page-1")
    assert 'class="subject"' not in page_of(house, item).content.decode()

    with house.scope():
        Thread.objects.filter(pk=item.thread_id).update(subject_text="Bakery, Lyon")
    assert "Bakery, Lyon" in page_of(house, item).content.decode()


def test_what_is_done_about_a_message_stands_below_it(house: House) -> None:
    item = write(house)
    with house.scope():
        message = Message.objects.get(item=item)
        for act, state in ((Act.HIDE, WayOut.SENT), (Act.LIKE, WayOut.SENDING), (Act.DELETE, WayOut.REFUSED)):
            ModerationAction.objects.create(
                social_account=house.page,
                item=item,
                message=message,
                act=act,
                state=state,
                user=house.alice,
                key=new_client_key(),
            )

    html = page_of(house, item).content.decode()

    assert "Alice hid it on Facebook" in html
    assert "being liked on Facebook, for Alice" in html
    assert "Facebook did not delete it" in html


def test_the_networks_words_are_text_and_nothing_else(house: House) -> None:
    item = write(house, "<b>Eve</b>", "<script>alert(1)</script>")

    html = page_of(house, item).content.decode()

    assert "<script>alert" not in html
    assert "<b>Eve" not in html


def test_a_post_of_ours_is_found_by_the_networks_id(house: House) -> None:
    with house.scope():
        publication = make_publication(post=make_post("The stollen is back."), social_account=house.page)
        type(publication).objects.filter(pk=publication.pk).update(network_id="post-1")
    item = write(house)
    with house.scope():
        type(item.thread).objects.filter(pk=item.thread_id).update(subject_id="post-1", subject_text="The stollen.")

    assert house.url(f"publications/{publication.pk}/") in page_of(house, item).content.decode()


def test_what_others_wrote_there_comes_when_asked_for(house: House) -> None:
    with house.scope():
        thread = make_thread(social_account=house.page)
        item = make_item(thread=thread, identity=make_identity("Camille"))
        make_message(item, "Mine alone")
        other = make_item(thread=thread, identity=make_identity("Noé"))
        make_message(other, "By somebody else")

    assert "By somebody else" not in page_of(house, item).content.decode()
    rest = page_of(house, item, "others/").content.decode()

    assert "By somebody else" in rest
    assert "Mine alone" not in rest


def test_the_person_is_known_by_all_identities_and_former_items(house: House) -> None:
    item = write(house, kind=MessageKind.PRIVATE)
    with house.scope():
        contact = Contact.objects.create(name="Camille Fontaine-Roy")
        type(item.identity).objects.filter(pk=item.identity_id).update(contact=contact)
        make_identity("cam.fontaine", network="x", contact=contact)
        thread = make_thread(social_account=house.page)
        make_item(thread=thread, identity=item.identity, state=ItemState.CLOSED, excerpt="Formerly")

    html = page_of(house, item).content.decode()

    assert "Camille Fontaine-Roy" in html
    assert "cam.fontaine" in html
    assert "Formerly" in html


def test_a_long_thread_shows_the_newest_and_leads_to_the_earlier(house: House) -> None:
    item = write(house, text="The first of all", at=timezone.now() - timedelta(days=3))
    with house.scope():
        now = timezone.now()
        for number in range(60):
            make_message(item, f"Word {number}", written_at=now - timedelta(minutes=60 - number))

    page = page_of(house, item)
    assert "The first of all" not in page.context["opened"].entries[0].text
    earlier = house.browser().get(house.url(f"inbox/{item.pk}/"), {"earlier": page.context["opened"].earlier})

    assert [one.text for one in earlier.context["opened"].entries] == ["The first of all"]


def test_the_script_gets_the_item_alone(house: House) -> None:
    fill(house, 3)
    item = write(house)

    part = house.browser().get(house.url(f"inbox/{item.pk}/"), headers={"X-Part": "item"}).content.decode()

    assert 'id="case"' in part
    assert 'id="person"' in part
    assert "<html" not in part
    assert "queue" not in part

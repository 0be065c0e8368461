"""One person leaves an organisation: everywhere, in both modes, with holds heard, and it stays so."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from eventlog.models import Event
from lib.tenancy.scope import scope
from moderation.models import (
    Contact,
    ContactMerge,
    Draft,
    EarlyNews,
    Identity,
    InboundEvent,
    Item,
    Message,
    MessageRevision,
    Note,
    Thread,
)
from privacy import erasing
from privacy.models import DataSubjectRequest, LegalHold
from privacy.people import Person, preview, search, whole_person
from privacy.record_classes import Mode
from privacy.services.holds import release_hold
from privacy.services.requests import ask_for_erasure
from scheduler.models import Post
from scheduler.states import State
from tests.factories import make_post, make_publication, make_social_account
from tests.houses import House
from tests.moderation.factories import make_identity, make_item, make_message, make_thread

pytestmark = pytest.mark.django_db(transaction=True)

NAME = "Camille Fontaine"


def erase(house: House, person: Person, *, mode: Mode = Mode.DELETE, more: tuple[str, ...] = ()) -> DataSubjectRequest:
    with scope(organisation=house.acme.pk):
        request = ask_for_erasure(person, mode=mode, actor=house.alice, at=timezone.now(), more=more)
    erasing.run_due(timezone.now)
    with scope(organisation=house.acme.pk):
        request.refresh_from_db()
    return request


def person_of(identity: Identity) -> Person:
    found = whole_person("identity", identity.pk)
    assert found is not None
    return found


def make_talk(house: House, name: str = NAME, **identity: Any) -> Item:
    """What somebody said, and what was written beside it."""
    with scope(organisation=house.acme.pk):
        item = make_item(identity=make_identity(name, **identity))
        message = make_message(item, "My order is late")
        MessageRevision.objects.create(message=message, text="My order", replaced_at=timezone.now())
        Note.objects.create(item=item, user=house.alice, client_key="1" * 32, text="A regular")
        Draft.objects.create(item=item, user=house.alice, text="Dear")
        return item


def test_who_is_deleted_leaves_nothing_of_theirs_and_others_words_stay(house: House) -> None:
    theirs = make_talk(house)
    with scope(organisation=house.acme.pk):
        other = make_item(thread=theirs.thread, identity=make_identity("Noor Haddad"))
        make_message(other, "Mine came on Friday")

        person = person_of(theirs.identity)
    request = erase(house, person)

    assert request.state == DataSubjectRequest.State.DONE
    assert (request.called, request.said) == ([], [])
    with scope(organisation=house.acme.pk):
        assert list(Item.objects.all()) == [other]
        assert Message.objects.get().text == "Mine came on Friday"
        assert Identity.objects.get().name == "Noor Haddad"
        for model in (Note, Draft, MessageRevision):
            assert not model.objects.exists()


def test_a_private_conversation_goes_with_its_thread(house: House) -> None:
    with scope(organisation=house.acme.pk):
        identity = make_identity(network_id="7001234567")
        make_message(make_item(thread=make_thread(kind="private", network_id="7001234567"), identity=identity))

        person = person_of(identity)
    erase(house, person)

    with scope(organisation=house.acme.pk):
        assert not Thread.objects.exists()


def test_who_is_anonymised_leaves_their_words_without_an_author(house: House) -> None:
    theirs = make_talk(house, handle="camille_f", network_id="7001234567")
    with scope(organisation=house.acme.pk):
        Message.objects.update(words="'1:late' '1:camille'")
        person = person_of(theirs.identity)
    erase(house, person, mode=Mode.ANONYMISE)

    with scope(organisation=house.acme.pk):
        identity, message, item = Identity.objects.get(), Message.objects.get(), Item.objects.get()
        assert (identity.name, identity.handle, identity.network_id) == ("", "", f"ended-{identity.pk}")
        assert item.author_name == ""
        assert message.text == "My order is late"
        assert "camille" not in str(Message.objects.values_list("words", flat=True)[0])


def test_they_are_taken_out_of_what_others_wrote(house: House) -> None:
    theirs = make_talk(house, handle="camille_f")
    with scope(organisation=house.acme.pk):
        other = make_item(identity=make_identity("Noor Haddad"))
        said = make_message(other, "Ask camille fontaine, or @camille_f. Not Camille Fontainebleau.")
        edited = make_message(other, "Ask them.")
        revision = MessageRevision.objects.create(message=edited, text=f"Ask {NAME}.", replaced_at=timezone.now())
        Message.objects.filter(pk=edited.pk).update(words="'1:ask' '1:fontaine' '1:them'")
        note = Note.objects.create(item=other, user=house.alice, client_key="2" * 32, text=f"Friend of {NAME}")
        post = make_post(text=f"Thanks to {NAME}!", own_texts={"x": f"Thanks {NAME}"})
        person = person_of(theirs.identity)
    request = erase(house, person)

    with scope(organisation=house.acme.pk):
        for row in (said, edited, revision, note, post):
            row.refresh_from_db()
    assert said.text == "Ask […], or […]. Not Camille Fontainebleau."
    assert (revision.text, "fontaine" in str(edited.words)) == ("Ask […].", False)
    assert note.text == "Friend of […]"
    assert (post.text, post.own_texts) == ("Thanks to […]!", {"x": "Thanks […]"})
    assert "fontaine" not in str(post.search_words)
    assert request.ended["scheduler.Post"] == 1


def test_raw_events_that_speak_of_them_go_whole(house: House) -> None:
    theirs = make_talk(house, network_id="7001234567")
    with scope(organisation=house.acme.pk):
        message = Message.objects.get()
        account = theirs.social_account
        for key, payload in {
            "theirs": {"value": {"from": {"id": "7001234567"}}},
            "removed": {"value": {"comment_id": message.network_id}},
            "others": {"value": {"from": {"id": "17001234567"}}},
        }.items():
            InboundEvent.objects.create(network="facebook", social_account=account, key=key, payload=payload)
        EarlyNews.objects.create(
            social_account=account, network_id=message.network_id, visibility="deleted", at=timezone.now()
        )
        person = person_of(theirs.identity)
    erase(house, person)

    with scope(organisation=house.acme.pk):
        assert [event.key for event in InboundEvent.objects.all()] == ["others"]
        assert not EarlyNews.objects.exists()


def test_all_identities_and_contacts_of_one_person_go_those_merged_away_too(house: House) -> None:
    with scope(organisation=house.acme.pk):
        contact, former = Contact.objects.create(name=NAME), Contact.objects.create(name="C. Fontaine")
        shared = Contact.objects.create(name="Noor Haddad")
        make_identity("Noor Haddad", contact=shared)
        one, _two = make_identity(contact=contact), make_identity("Mile", network="x", contact=contact)
        ContactMerge.objects.create(identity=one, before=former, after=contact)
        ContactMerge.objects.create(identity=one, before=shared, after=contact)

        person = person_of(one)
    erase(house, person)

    assert len(person.identity_ids) == 2
    with scope(organisation=house.acme.pk):
        assert [each.name for each in Identity.objects.all()] == ["Noor Haddad"]
        assert list(Contact.objects.all()) == [shared]


def test_a_hold_keeps_them_until_it_is_released(house: House) -> None:
    theirs = make_talk(house)
    with scope(organisation=house.acme.pk):
        hold = LegalHold.objects.create(title="Claim", reason="Court", scope="thread", subject_id=theirs.thread_id)
        person = person_of(theirs.identity)
    request = erase(house, person)

    assert request.state == DataSubjectRequest.State.HELD
    assert request.kept == {"hold": 1}
    with scope(organisation=house.acme.pk):
        assert Identity.objects.exists()
        release_hold(hold, actor=house.alice, at=timezone.now())
    erasing.run_due(timezone.now)

    with scope(organisation=house.acme.pk):
        request.refresh_from_db()
        assert request.state == DataSubjectRequest.State.DONE
        assert not Identity.objects.exists()


def test_a_post_on_its_way_keeps_its_words_and_the_request_waits_for_it(house: House) -> None:
    theirs = make_talk(house)
    with scope(organisation=house.acme.pk):
        post = make_post(text=f"Thanks to {NAME}!")
        publication = make_publication(post=post, social_account=make_social_account("x"))
        person = person_of(theirs.identity)
    request = erase(house, person)

    with scope(organisation=house.acme.pk):
        post.refresh_from_db()
    assert NAME in post.text
    assert request.kept == {"on_its_way": 1}

    with scope(organisation=house.acme.pk):
        type(publication).objects.update(state=State.CANCELLED, available_at=None)
    erasing.run_due(lambda: timezone.now() + timedelta(days=1, minutes=1))

    with scope(organisation=house.acme.pk):
        assert Post.objects.get().text == "Thanks to […]!"


def test_a_killed_run_is_taken_up_again_where_it_stood(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    theirs = make_talk(house)
    now = timezone.now()
    with scope(organisation=house.acme.pk):
        person = person_of(theirs.identity)
        ask_for_erasure(person, mode=Mode.DELETE, actor=house.alice, at=now)
    turn = erasing.claim(now)
    assert turn is not None
    erasing._batch(turn, lambda: now)

    assert erasing.claim(now) is None
    assert erasing.run_due(lambda: now + erasing.LEASE + timedelta(seconds=1)) == 1
    with pytest.raises(erasing.Superseded):
        erasing._batch(turn, lambda: now)
    with scope(organisation=house.acme.pk):
        assert DataSubjectRequest.objects.get().state == DataSubjectRequest.State.DONE


def test_the_event_log_says_that_it_was_done_and_not_whose(house: House) -> None:
    theirs = make_talk(house)
    with scope(organisation=house.acme.pk):
        person = person_of(theirs.identity)
    erase(house, person)

    with scope(organisation=house.acme.pk):
        events = Event.objects.filter(organisation_id=house.acme.pk, name__startswith="privacy.person")
        assert [event.name for event in events.order_by("id")] == [
            "privacy.person.erasure_asked",
            "privacy.person.erased",
        ]
        assert not [event for event in events if NAME in f"{event.subject_name}{event.data}"]


def test_the_preview_says_what_goes_and_what_must_stay(house: House) -> None:
    theirs = make_talk(house)
    with scope(organisation=house.acme.pk):
        make_post(text=f"Thanks to {NAME}!")
        make_publication(post=make_post(text=f"Soon: {NAME}"), social_account=make_social_account("x"))
        found = preview(person_of(theirs.identity), mode=Mode.DELETE, called=[NAME])

    assert found.goes["moderation.Message"] == 1
    assert found.goes["moderation.Note"] == 1
    assert dict(found.named) == {"scheduler.Post": 1}
    assert dict(found.on_their_way) == {"scheduler.Post": 1}
    assert not found.held


def test_people_are_found_by_name_handle_address_and_number(house: House) -> None:
    with scope(organisation=house.acme.pk):
        contact = Contact.objects.create(name="C.", emails=["camille@example.org"], phones=["+33 6 12 34 56 78"])
        identity = make_identity(handle="camille_f", contact=contact)

        for words in ("fontaine", "camille_f", "camille@example", "12 34 56", identity.network_id):
            assert [each.identity_ids for each in search(words)] == [(identity.pk,)]
        accented = make_identity("Émilie Rousseau")
        for words in ("emilie rous", "Émilie", "ÉMILIE"):
            assert [each.identity_ids for each in search(words)] == [(accented.pk,)]
        assert search("nobody") == []

"""A person closes their account: at once, everywhere, after what they own alone is dealt with; their acts stay."""

from datetime import timedelta
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.db import models
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import FORMER_MEMBER, Invitation, Membership, User
from accounts.permissions import Role
from accounts.services.closing import ADDRESS_KEPT_MONTHS, close_account, find_obstacles
from accounts.services.invitations import invite
from accounts.services.members import Refused, remove_member
from eventlog.models import Event
from integrations.models import ConnectAttempt
from lib.tenancy.scope import scope
from live.access import read_readers
from moderation.models import Assignment, Draft, Intervention, Item, Note
from moderation.services.handling import open_intervention
from moderation.states import ItemState
from notifications.models import MailPreference, Notice
from privacy import engine
from privacy.periods import months
from privacy.record_classes import RECORD_CLASSES
from privacy.registry import registry
from privacy.services.terminations import announce_end
from tests.factories import NOON, PASSWORD, make_membership, make_post, make_publication, make_user
from tests.houses import House, signed_in
from tests.moderation.factories import make_item, make_message
from tests.privacy.planting import found_anywhere

pytestmark = pytest.mark.django_db(transaction=True)

PLANTED = "zqxv6630"


@pytest.fixture
def bob(house: House) -> User:
    """An agent of Acme and of Elsewhere, with all that can be theirs."""
    user = make_user(f"Bob {PLANTED}", email=f"{PLANTED}@acme.example")
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    MailPreference.objects.create(user=user)
    for organisation in (house.acme, house.elsewhere):
        bob = make_membership(organisation, user, role=Role.AGENT)
        with scope(organisation=organisation.pk):
            in_hand = make_item(assignee=user, state=ItemState.ASSIGNED)
            open_intervention(in_hand, user, now=NOON)
            Assignment.objects.create(item=in_hand, user=user, by=user, began_at=NOON)
            make_item(assignee=user, state=ItemState.DEFERRED, deferred_until=NOON)
            make_item(assignee=user, state=ItemState.CLOSED)
            Draft.objects.create(item=in_hand, user=user, text="Dear")
            Note.objects.create(item=in_hand, user=user, client_key="1" * 32, text="Known for this.")
            make_message(in_hand, origin="agent", user=user, network_id="")
            for reader in (user, house.alice):
                Notice.objects.create(
                    user=reader, by=user, kind=Notice.Kind.MENTIONED, item=in_hand, happened_at=timezone.now()
                )
            ConnectAttempt.objects.create(
                network="x", user=user, state_hash=f"{organisation.pk}".zfill(64), started_at=NOON
            )
            make_publication(post=make_post(author=user))
        assert bob.role == Role.AGENT
    return user


def close(user: User, **fields: Any) -> tuple[Client, Any]:
    browser = signed_in(user)
    return browser, browser.post("/profile/close/", {"password": PASSWORD, "sure": "on", **fields})


def test_they_are_out_everywhere_at_once(house: House, bob: User) -> None:
    elsewhere = signed_in(bob)
    assert elsewhere.get(house.path("people/")).status_code == 200

    browser, answer = close(bob)

    assert answer.status_code == 200
    assert "Your account is closed" in answer.content.decode()
    for one in (browser, elsewhere):
        assert one.get(house.path("people/")).status_code == 302
        assert one.get("/profile/").status_code == 302
    for organisation in (house.acme, house.elsewhere):
        assert read_readers(organisation.pk, [bob.pk]) == {}  # sockets are hung up on by this
        with scope(organisation=organisation.pk):
            assert not Membership.objects.filter(user=bob).exists()
    refused = Client().post("/accounts/login/", {"login": f"{PLANTED}@acme.example", "password": PASSWORD})
    assert refused.status_code == 200


def test_what_was_theirs_alone_goes_and_what_they_had_in_hand_is_everybodys(house: House, bob: User) -> None:
    close(bob)

    for organisation in (house.acme, house.elsewhere):
        with scope(organisation=organisation.pk):
            assert not Draft.objects.exists()
            assert not ConnectAttempt.objects.exists()
            assert [notice.user for notice in Notice.objects.all()] == [house.alice]
            assert not Item.objects.filter(assignee__isnull=False).exists()
            assert sorted(Item.objects.values_list("state", flat=True)) == ["closed", "deferred", "new"]
            assert not Assignment.objects.filter(ended_at=None).exists()
            assert Intervention.objects.get().outcome == Intervention.Outcome.CANCELLED
            assert Event.objects.filter(name="moderation.item.released").count() == 2
            assert Event.objects.filter(name="accounts.membership.left", data__account_closed=True).exists()
    assert not MailPreference.objects.filter(user=bob).exists()
    bob.refresh_from_db()
    assert bob.closed_at is not None
    assert not bob.has_usable_password()
    assert EmailAddress.objects.filter(user=bob).exists()


def test_their_acts_stay_without_their_name(house: House, bob: User) -> None:
    close(bob)

    with scope(organisation=house.acme.pk):
        note = Note.objects.select_related("user").get()
        assert str(note.user) == str(FORMER_MEMBER)
    alice = signed_in(house.alice)
    item = alice.get(reverse("moderation:item", args=["acme", note.item_id])).content.decode()
    assert str(FORMER_MEMBER) in item
    assert "Known for this." in item
    for page in (
        item,
        alice.get(house.path("posts/")).content.decode(),
        alice.get(house.path("notices/")).content.decode(),
    ):
        assert PLANTED not in page


def test_closing_twice_is_refused(bob: User) -> None:
    close_account(bob, now=NOON)

    with pytest.raises(Refused):
        close_account(bob, now=NOON)


@pytest.mark.parametrize("fields", [{"password": "wrong-password"}, {"sure": ""}, {"password": ""}])
def test_it_is_asked_for_twice_and_with_the_password(house: House, bob: User, fields: dict[str, str]) -> None:
    browser, answer = close(bob, **fields)

    assert answer.status_code == 422
    assert browser.get(house.path("people/")).status_code == 200


def test_what_they_own_alone_comes_first(house: House) -> None:
    browser, answer = close(house.alice)

    assert answer.status_code == 422
    page = browser.get("/profile/close/").content.decode()
    assert "You are the only owner" in page
    assert "Acme" in page
    assert house.path("people/") in page
    assert house.path("retention/end/") in page
    assert 'name="password"' not in page

    house.member(Role.OWNER)
    assert find_obstacles(house.alice) == []
    assert close(house.alice)[1].status_code == 200
    with scope(organisation=house.acme.pk):
        assert Membership.objects.filter(role=Role.OWNER).count() == 1


def test_an_announced_end_is_waited_for(house: House) -> None:
    with scope(organisation=house.acme.pk):
        announce_end(house.acme, typed_name="Acme", days=30, at_once=False, actor=house.alice, at=timezone.now())

    [obstacle] = find_obstacles(house.alice)

    assert obstacle.is_ending
    with pytest.raises(Refused, match="Acme"):
        close_account(house.alice, now=timezone.now())


def test_all_or_nothing(house: House, bob: User) -> None:
    """One of two organisations refuses: the other keeps its member."""
    owned = make_membership(house.acme, house.charlie, role=Role.AGENT)

    with pytest.raises(Refused):
        close_account(house.charlie, now=NOON)

    with scope(organisation=house.acme.pk):
        assert Membership.objects.filter(pk=owned.pk).exists()
    house.charlie.refresh_from_db()
    assert house.charlie.closed_at is None


def test_a_closed_address_is_neither_opened_again_by_an_invitation_nor_taken(house: House, bob: User) -> None:
    close(bob)
    with scope(organisation=house.acme.pk):
        alice = Membership.objects.select_related("user", "organisation").get(user=house.alice)
        invite(f"{PLANTED}@acme.example", Role.AGENT, actor=alice, now=timezone.now())
    link = next(word for word in mail.outbox[-1].body.split() if "/invitations/" in word)
    path = "/" + link.split("/", 3)[3]

    page = Client().get(path)
    posted = Client().post(path, {"name": "Bob", "password": "a-good-long-sentence"})

    for answer in (page, posted):
        assert answer.status_code == 200
        assert "was closed less than three months ago" in answer.content.decode()
    with scope(organisation=house.acme.pk):
        assert Invitation.objects.get().accepted_at is None
    assert User.objects.filter(email=f"{PLANTED}@acme.example").count() == 1

    Client().post(
        "/accounts/signup/",
        {"name": "Bob", "email": f"{PLANTED}@acme.example", "password1": "a-good-long-sentence"},
    )
    assert mail.outbox[-1].subject == "Your account at Portevoix is closed"
    Client().post("/accounts/password/reset/", {"email": f"{PLANTED}@acme.example"})
    assert "password/reset/key" not in mail.outbox[-1].body


def test_after_three_months_nothing_finds_them_but_the_log_that_the_law_keeps(
    house: House, bob: User, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG", logger="")
    close(bob)
    closed_at = User.objects.get(pk=bob.pk).closed_at
    assert closed_at is not None
    assert set(found_anywhere(PLANTED)) == {'"accounts_user"', '"account_emailaddress"', '"eventlog_event"'}

    day_before = months(ADDRESS_KEPT_MONTHS).after(closed_at) - timedelta(days=1)
    engine.run(None, "sign_in", at=day_before, clock=lambda: day_before)
    assert EmailAddress.objects.filter(user=bob).exists()
    day_after = day_before + timedelta(days=2)
    engine.run(None, "sign_in", at=day_after, clock=lambda: day_after)

    assert found_anywhere(PLANTED) == ['"eventlog_event"']
    assert not Event.objects.filter(organisation_id=None, actor_id=bob.pk).exists()
    assert PLANTED not in caplog.text
    bob.refresh_from_db()
    assert str(bob) == str(FORMER_MEMBER)
    assert User.objects.create_user(f"{PLANTED}@acme.example", PASSWORD, name="Anew").pk != bob.pk


def test_the_promise_on_the_page_is_the_rule() -> None:
    assert RECORD_CLASSES["sign_in"].default == months(ADDRESS_KEPT_MONTHS)


def test_whoever_leaves_or_is_removed_leaves_nothing_in_hand_either(house: House, bob: User) -> None:
    with scope(organisation=house.acme.pk):
        membership = Membership.objects.select_related("user").get(user=bob)
        alice = Membership.objects.get(user=house.alice)
        remove_member(membership, actor=alice, now=NOON)

        assert not Item.objects.filter(assignee=bob).exists()
        assert not Draft.objects.exists()
    with scope(organisation=house.elsewhere.pk):
        assert Draft.objects.filter(user=bob).exists()
        assert Item.objects.filter(assignee=bob).count() == 3


def test_every_model_that_belongs_to_a_user_says_whether_it_goes_with_them() -> None:
    """A key that CASCADEs means that the row is theirs; users are never deleted, so something must say so."""
    kept = {
        "accounts.Membership": "ended by its own service",
        "moderation.NoteMention": "a colleague's words name them",
        "account.EmailAddress": "kept for three months, as the sign-in rule says",
    }
    theirs = {
        entry.label
        for entry in registry()
        if any(key.remote_field.on_delete is models.CASCADE for key in entry.user_keys())
    }
    going = {entry.label for entry in registry() if entry.personal and "user" in entry.personal.goes_with}

    assert theirs == going | set(kept)

import pytest
from django.test import Client

from accounts.models import Membership
from accounts.permissions import Role
from accounts.services.members import Refused, change_role, remove_member
from eventlog.models import Event
from lib.tenancy.scope import scope
from tests.factories import NOON, make_membership
from tests.houses import House, signed_in


def membership_of(house: House, user_id: int) -> Membership:
    with scope(organisation=house.acme.pk):
        found: Membership = Membership.objects.select_related("user").get(user_id=user_id)
        return found


def test_every_member_sees_who_belongs_here_and_only_managers_change_it(house: House, alice: Client) -> None:
    bob = house.member(Role.CONTRIBUTOR, "Bob Marsh")

    assert "Bob Marsh" in alice.get(house.path("people/")).content.decode()
    page = signed_in(bob.user).get(house.path("people/")).content.decode()
    assert "Alice" in page
    assert "Invite somebody" not in page
    for deed in (f"people/{bob.pk}/role/", "people/invite/"):
        assert signed_in(bob.user).post(house.path(deed), {"role": "planner"}).status_code == 403
    other = membership_of(house, house.alice.pk)
    assert signed_in(bob.user).post(house.path(f"people/{other.pk}/remove/")).status_code == 403


def test_a_new_role_holds_at_once(house: House, alice: Client) -> None:
    bob = house.member(Role.CONTRIBUTOR)
    browser = signed_in(bob.user)
    assert browser.get(house.path("events/")).status_code == 403

    alice.post(house.path(f"people/{bob.pk}/role/"), {"role": "administrator"})

    assert browser.get(house.path("events/")).status_code == 200
    with scope(organisation=house.acme.pk):
        event = Event.objects.get(name="accounts.membership.role_changed")
    assert event.data == {"before": "contributor", "after": "administrator"}


def test_administrators_neither_make_nor_unmake_owners(house: House) -> None:
    administrator = house.member(Role.ADMINISTRATOR)
    bob = house.member(Role.PLANNER)
    owner = membership_of(house, house.alice.pk)
    browser = signed_in(administrator.user)

    browser.post(house.path(f"people/{bob.pk}/role/"), {"role": "owner"})
    browser.post(house.path(f"people/{administrator.pk}/role/"), {"role": "owner"})
    browser.post(house.path(f"people/{owner.pk}/role/"), {"role": "analyst"})
    browser.post(house.path(f"people/{owner.pk}/remove/"))
    browser.post(house.path("people/invite/"), {"email": "x@acme.example", "role": "owner"})

    with scope(organisation=house.acme.pk):
        roles = dict(Membership.objects.values_list("pk", "role"))
    assert roles == {owner.pk: "owner", administrator.pk: "administrator", bob.pk: "planner"}
    with scope(organisation=house.acme.pk), pytest.raises(Refused, match="Only owners"):
        change_role(bob, Role.OWNER, actor=administrator)


def test_the_last_owner_neither_leaves_nor_steps_down(house: House, alice: Client) -> None:
    owner = membership_of(house, house.alice.pk)

    left = alice.post(house.path(f"people/{owner.pk}/remove/"), follow=True)
    down = alice.post(house.path(f"people/{owner.pk}/role/"), {"role": "planner"}, follow=True)

    for response in (left, down):
        assert "An organisation needs an owner" in response.content.decode()
    assert membership_of(house, house.alice.pk).role == "owner"

    second = make_membership(house.acme, role=Role.OWNER)
    with scope(organisation=house.acme.pk):
        remove_member(owner, actor=owner, now=NOON)
        with pytest.raises(Refused):
            remove_member(second, actor=second, now=NOON)


def test_who_is_removed_meets_404_from_then_on(house: House, alice: Client) -> None:
    bob = house.member(Role.PLANNER)
    browser = signed_in(bob.user)
    assert browser.get(house.path("people/")).status_code == 200

    alice.post(house.path(f"people/{bob.pk}/remove/"))

    assert browser.get(house.path("people/")).status_code == 404
    with scope(organisation=house.acme.pk):
        assert Event.objects.filter(name="accounts.membership.removed", subject_id=bob.pk).exists()


def test_anybody_may_leave(house: House) -> None:
    bob = house.member(Role.ANALYST)
    browser = signed_in(bob.user)

    response = browser.post(house.path(f"people/{bob.pk}/remove/"))

    assert response["Location"] == "/organisations/"
    assert browser.get(house.path("people/")).status_code == 404


def test_an_organisation_is_created_listed_and_set(house: House) -> None:
    browser = signed_in(house.member(Role.PLANNER).user)
    created = browser.post("/organisations/new/", {"name": "Ægir & Sons", "time_zone": "Europe/Oslo", "language": "fr"})

    assert created["Location"] == "/o/gir-sons/people/"
    assert "Ægir &amp; Sons" in browser.get("/organisations/").content.decode()
    assert browser.post("/organisations/new/", {"name": "", "time_zone": "Mars/Crater"}).status_code == 422
    fields = {
        "name": "Ægir",
        "agency_name": "Atelier",
        "time_zone": "Europe/Paris",
        "language": "en",
        "when_late": "send",
        "quiet_weekdays": ["7", "6"],
    }
    assert browser.post("/o/gir-sons/settings/", fields).status_code == 302
    page = browser.get("/o/gir-sons/settings/").content.decode()
    assert 'value="Ægir"' in page
    assert browser.post("/o/gir-sons/settings/", {**fields, "when_late": "never"}).status_code == 422
    assert browser.get(house.path("settings/")).status_code == 403
    assert signed_in(house.charlie).get("/o/gir-sons/settings/").status_code == 404
